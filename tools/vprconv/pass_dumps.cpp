#include "vprconv/pass_dumps.h"

#include <filesystem>
#include <span>

#include "core/error.h"
#include "core/file.h"
#include "graph/text_dump.h"

namespace bitplace::tools {

namespace fs = std::filesystem;

Status PassDumps::prepare() const {
  if (folder_.empty()) return {};
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return make_error(ErrorCode::io, folder_, "create folder", error.message());
  return {};
}

void PassDumps::write(const char* pass, const Graph& graph) {
  if (folder_.empty() || !status_.ok()) return;
  const std::string text = dump_graph(graph);
  const std::string path = (fs::path(folder_) / (std::to_string(count_++) + "_" + pass + ".txt")).string();
  status_ = write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace bitplace::tools
