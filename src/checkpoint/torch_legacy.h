// PyTorch's format before zip archives: five pickles one behind the other, then the bytes of the storages.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace bitplace {

// Whether the bytes begin with the pickled number that marks the format.
bool looks_like_legacy_torch(ByteSpan bytes);

// `file` stands for the file in errors.
Result<TensorCheckpoint> read_legacy_torch(const std::string& file, ByteSpan bytes);

}  // namespace bitplace
