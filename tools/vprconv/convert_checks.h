// Whether a command line of convert can be meant at all.
#pragma once

#include <optional>
#include <string>

#include "vprconv/conversion.h"

namespace bitplace::tools {

// "320x240" is width x height, as images are named; a single number is both.
struct InputSize {
  int width = 0, height = 0;
};

// Nothing where the text is no size.
std::optional<InputSize> parse_input_size(const std::string& text);

// What only the whole command line can tell; throws UsageError.
void check_combination(const ConvertOptions& options);

}  // namespace bitplace::tools
