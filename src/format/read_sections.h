// The sections of a file as a model's contents.
#pragma once

#include "format/container.h"
#include "graph/model_contents.h"

namespace bitplace {

// Everything that is read is in bounds; check_model says whether it makes sense.
Result<ModelContents> read_sections(const Sections<ByteSpan>& sections);

}  // namespace bitplace
