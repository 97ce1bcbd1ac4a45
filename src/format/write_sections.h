// A model's contents as the sections of a file.
#pragma once

#include <cstddef>
#include <vector>

#include "format/container.h"
#include "graph/model_contents.h"

namespace bitplace {

// The contents have passed check_model.
Sections<std::vector<std::byte>> write_sections(const ModelContents& contents);

}  // namespace bitplace
