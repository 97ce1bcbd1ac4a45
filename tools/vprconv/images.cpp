#include "vprconv/images.h"

#include <filesystem>

#include "common/csv.h"
#include "core/error.h"
#include "format/model_file.h"
#include "image/decode.h"

namespace bitplace::tools {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> listed_images(const std::string& csv) {
  BITPLACE_ASSIGN(table, read_csv(csv));
  BITPLACE_ASSIGN(column, table.required_column("path"));
  const fs::path folder = fs::path(csv).parent_path();
  std::vector<std::string> paths;
  for (const CsvRow& row : table.rows)
    paths.push_back((folder / row.fields[column]).string());
  return paths;
}

}  // namespace

Result<ImageList> find_images(const std::string& folder_or_csv, std::size_t most) {
  std::error_code ignored;
  Result<std::vector<std::string>> all =
      fs::is_directory(folder_or_csv, ignored) ? list_images(folder_or_csv) : listed_images(folder_or_csv);
  if (!all.ok()) return all.error();
  if (all->empty()) return make_error(ErrorCode::invalid_argument, folder_or_csv, "images", "there are none");
  ImageList list;
  list.found = all->size();
  const std::size_t count = std::min(most, all->size());
  for (std::size_t i = 0; i < count; ++i)
    list.paths.push_back((*all)[i * all->size() / count]);
  return list;
}

Result<Describer> describer_of(const ModelContents& contents) {
  BITPLACE_ASSIGN(bytes, encode_model(contents));
  BITPLACE_ASSIGN(model, Model::from_memory(bytes.data(), bytes.size(), "model"));
  BITPLACE_ASSIGN(plan, Plan::create(model));
  return Describer::create(plan);
}

}  // namespace bitplace::tools
