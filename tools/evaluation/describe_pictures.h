// Picture files to descriptors, several pictures at a time.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "evaluation/engine.h"

namespace bitplace::tools {

// Is handed every descriptor in order, with its picture's share of the time that its batch took to describe.
using UseDescriptor =
    std::function<Status(std::size_t index, const DescriptorView& descriptor, double milliseconds)>;

// Reads `batch` pictures, describes them in one call, and so on. Errors of reading and describing name the
// file.
Status describe_pictures(Describer& describer, ImageReader& reader, std::span<const std::string> paths,
                         int batch, const UseDescriptor& use);

}  // namespace bitplace::tools
