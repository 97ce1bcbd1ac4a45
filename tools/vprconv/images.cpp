#include "vprconv/images.h"

#include <filesystem>
#include <map>

#include "common/csv.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "format/model_file.h"
#include "image/decode.h"

namespace bitplace::tools {
namespace {

namespace fs = std::filesystem;

struct ListedImage {
  std::string path;
  std::string dataset;
};

Result<std::vector<ListedImage>> images_of_csv(const std::string& csv) {
  BITPLACE_ASSIGN(table, read_csv(csv));
  BITPLACE_ASSIGN(path, table.required_column("path"));
  const std::optional<std::size_t> dataset = table.column("dataset");
  const fs::path folder = fs::path(csv).parent_path();
  std::vector<ListedImage> images;
  for (const CsvRow& row : table.rows)
    images.push_back({(folder / row.fields[path]).string(), dataset ? row.fields[*dataset] : ""});
  return images;
}

Result<std::vector<ListedImage>> images_of_folder(const std::string& folder) {
  BITPLACE_ASSIGN(paths, list_images(folder));
  std::vector<ListedImage> images;
  for (std::string& path : paths)
    images.push_back({std::move(path), ""});
  return images;
}

}  // namespace

Result<ImageList> find_images(const std::string& folder_or_csv, std::size_t most) {
  std::error_code ignored;
  const Result<std::vector<ListedImage>> all = fs::is_directory(folder_or_csv, ignored)
                                                   ? images_of_folder(folder_or_csv)
                                                   : images_of_csv(folder_or_csv);
  if (!all.ok()) return all.error();
  if (all->empty()) return make_error(ErrorCode::invalid_argument, folder_or_csv, "images", "there are none");
  const std::size_t count = std::min(most, all->size());
  std::vector<const ListedImage*> taken;
  std::map<std::string, double> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    taken.push_back(&(*all)[i * all->size() / count]);
    sizes[taken.back()->dataset] += 1.0;
  }
  ImageList list;
  list.found = all->size();
  list.datasets = sizes.size();
  for (const ListedImage* image : taken) {
    list.paths.push_back(image->path);
    list.weights.push_back(1.0 / sizes[image->dataset]);
  }
  return list;
}

std::string images_text(const std::string& folder_or_csv, const ImageList& list) {
  std::string text = std::to_string(list.paths.size());
  if (list.paths.size() < list.found) text += " of " + std::to_string(list.found);
  return text + " images of " + fs::path(folder_or_csv).lexically_normal().filename().string();
}

Result<std::string> images_digest(const ImageList& list) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  std::vector<Hash128> hashes;
  for (const std::string& path : list.paths) {
    BITPLACE_ASSIGN(bytes, read_file(path, kMostBytes));
    hashes.push_back(hash128(bytes.data(), bytes.size()));
  }
  return to_hex(hash128(hashes.data(), hashes.size() * sizeof(Hash128)));
}

CalibrationImages calibration_images(const ImageList& list) {
  return {list.paths, list.weights,
          [paths = list.paths](std::size_t index) { return read_image(paths[index]); }};
}

Result<Describer> describer_of(const ModelContents& contents) {
  BITPLACE_ASSIGN(bytes, encode_model(contents));
  BITPLACE_ASSIGN(model, Model::from_memory(bytes.data(), bytes.size(), "model"));
  BITPLACE_ASSIGN(plan, Plan::create(model));
  return Describer::create(plan);
}

}  // namespace bitplace::tools
