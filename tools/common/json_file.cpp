#include "common/json_file.h"

#include <span>

#include "core/file.h"

namespace bitplace::tools {

std::string to_text(const Json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Status write_json(const std::string& path, const Json& json) {
  const std::string text = to_text(json);
  return write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace bitplace::tools
