// What a conversion did, for people and for machines.
#pragma once

#include <optional>

#include "bitplace/model.h"
#include "common/json_file.h"
#include "vprconv/conversion.h"
#include "vprconv/verify.h"

namespace bitplace::tools {

void print_conversion(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                      const Model& written);
Json conversion_json(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                     const Model& written);

}  // namespace bitplace::tools
