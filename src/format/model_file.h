// A model's contents as the bytes of a .vpr file, and back (docs/format.md).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"
#include "graph/model_contents.h"

namespace bitplace {

// Refuses what decode_model would refuse. The same contents give the same bytes.
Result<std::vector<std::byte>> encode_model(const ModelContents& contents);

// The file appears whole or not at all.
Status write_model(const std::string& path, const ModelContents& contents);

// `name` stands in front of errors.
Result<ModelContents> decode_model(ByteSpan bytes, const std::string& name);

}  // namespace bitplace
