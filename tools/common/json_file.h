// JSON for machines: the same facts that people get on stdout.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bitplace/result.h"

namespace bitplace::tools {

using Json = nlohmann::ordered_json;  // keys stay in the order in which they were added

// Indented, with a final newline; bytes of names that are not UTF-8 become U+FFFD; not-a-number becomes null.
std::string to_text(const Json& json);

// The file appears whole or not at all.
Status write_json(const std::string& path, const Json& json);

}  // namespace bitplace::tools
