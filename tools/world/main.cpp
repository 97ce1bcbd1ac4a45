// vprworld: writes pictures of a generated street or building, gone through twice with the ground truth, or
// many times, one folder per place.
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "bitplace/executor.h"
#include "common/image_encoding.h"
#include "common/program.h"
#include "common/progress.h"
#include "core/error.h"
#include "core/file.h"
#include "world/scene.h"

namespace bitplace::world {
namespace {

struct Options {
  std::string folder;
  std::string kind = "street";
  std::string lens;              // empty: what suits the scene
  std::optional<float> spacing;  // none: what suits the scene
  SceneOptions scene;
  int tolerance = 1;  // neighbouring places that count as the same
  int drives = 0;     // of place folders for training; 0: the two for an evaluation
};

std::string four_digits(std::size_t number) {
  std::string text = std::to_string(number);
  text.insert(0, 4 - std::min<std::size_t>(text.size(), 4), '0');
  return text;
}

// Frames are independent: threads take them one by one.
class Writer {
 public:
  using Path = std::function<std::string(std::size_t index)>;

  Writer(Traversal traversal, Path path, tools::Progress* progress)
      : traversal_(std::move(traversal)), path_(std::move(path)), progress_(progress) {}

  Status write_all(int places, Executor& executor) {
    executor.parallel_for(
        places,
        [](std::int64_t index, void* self) {
          static_cast<Writer*>(self)->write_frame(static_cast<std::size_t>(index));
        },
        this);
    return status_;
  }

 private:
  void write_frame(std::size_t index) {
    Status status = guarded([&] { return try_write_frame(index); });
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_->advance();
    if (status_.ok()) status_ = std::move(status);
  }

  Status try_write_frame(std::size_t index) const {
    const auto levels = traversal_(index);
    BITPLACE_ASSIGN(png, tools::encode_png({levels.data(), kWidth, kHeight, 0, PixelFormat::rgb8}));
    return write_file(path_(index), png);
  }

  Traversal traversal_;
  Path path_;
  tools::Progress* progress_;
  std::mutex mutex_;
  Status status_;
};

std::string ground_truth(const Options& options) {
  std::string text = "query_index,ref_indices\n";
  for (int query = 0; query < options.scene.places; ++query) {
    text += std::to_string(query) + ",";
    const int first = std::max(query - options.tolerance, 0);
    const int last = std::min(query + options.tolerance, options.scene.places - 1);
    for (int reference = first; reference <= last; ++reference)
      text += (reference == first ? "" : " ") + std::to_string(reference);
    text += "\n";
  }
  return text;
}

std::string doing(const Options& options) {
  return options.kind == "indoor" ? "rendering the generated building" : "rendering the generated street";
}

Status make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return make_error(ErrorCode::io, path, "create folder", error.message());
  const bool empty = std::filesystem::is_empty(path, error);
  if (error) return make_error(ErrorCode::io, path, "read folder", error.message());
  if (!empty) return make_error(ErrorCode::io, path, "create folder", "it exists and is not empty");
  return {};
}

// The two drives for an evaluation: ref/, query/ and gt.csv.
Status write_two_drives(const Options& options, const Scene& scene, Executor& executor) {
  tools::Progress progress(doing(options), 2 * std::int64_t{options.scene.places});
  for (const char* name : {"ref", "query"}) {
    const std::string folder = options.folder + "/" + name;
    BITPLACE_TRY(make_folder(folder));
    const bool first = std::string(name) == "ref";
    const auto path = [&](std::size_t place) { return folder + "/" + four_digits(place) + ".png"; };
    BITPLACE_TRY(Writer(first ? scene.first() : scene.second(), path, &progress)
                     .write_all(options.scene.places, executor));
  }
  progress.finish();
  const std::string truth = ground_truth(options);
  return write_file(options.folder + "/gt.csv", std::as_bytes(std::span(truth)));
}

// One folder per place, one picture per drive.
Status write_place_folders(const Options& options, const Scene& scene, Executor& executor) {
  const auto folder = [&](std::size_t place) { return options.folder + "/" + four_digits(place); };
  for (int place = 0; place < options.scene.places; ++place)
    BITPLACE_TRY(make_folder(folder(static_cast<std::size_t>(place))));
  tools::Progress progress(doing(options), std::int64_t{options.drives} * std::int64_t{options.scene.places});
  for (int index = 0; index < options.drives; ++index) {
    const std::string name = "/" + four_digits(static_cast<std::size_t>(index)) + ".png";
    const auto path = [&](std::size_t place) { return folder(place) + name; };
    BITPLACE_TRY(Writer(scene.random(index), path, &progress).write_all(options.scene.places, executor));
  }
  progress.finish();
  return {};
}

LensChoice lens_choice(const std::string& name) {
  if (name == "fisheye") return LensChoice::fisheye;
  return name == "pinhole" ? LensChoice::pinhole : LensChoice::mixed;
}

Status run(Options options) {
  const bool indoor = options.kind == "indoor";
  options.scene.spacing = options.spacing.value_or(indoor ? 1.0f : 5.0f);
  if (!options.lens.empty()) options.scene.lens = lens_choice(options.lens);
  const auto scene = indoor ? create_indoor_scene(options.scene) : create_street_scene(options.scene);
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u));
  BITPLACE_ASSIGN(executor, create_thread_pool(threads));
  return options.drives > 0 ? write_place_folders(options, *scene, *executor)
                            : write_two_drives(options, *scene, *executor);
}

}  // namespace
}  // namespace bitplace::world

int main(int argc, char** argv) {
  bitplace::tools::Program program(
      "vprworld",
      "Write pictures of a generated street or building: gone through twice into "
      "ref/, query/ and gt.csv, or, with --drives, many times into one folder per "
      "place.");
  bitplace::world::Options options;
  bitplace::tools::CommandLine& app = program.set_main([&options] { return bitplace::world::run(options); });
  app.add_option("-o,--output", options.folder,
                 "Folder to write; the folders in it must not exist or be empty")
      ->required();
  app.add_option("--scene", options.kind, "What to go through: a street, or the inside of a building")
      ->check(bitplace::tools::one_of({"street", "indoor"}))
      ->show_default();
  app.add_option("--seed", options.scene.seed, "Another number makes another street or building")
      ->show_default();
  app.add_option("--places", options.scene.places, "Pictures per drive")
      ->check(bitplace::tools::in_range(1, 9999))
      ->show_default();
  app.add_option("--drives", options.drives,
                 "Drives (or walks) for training, each in its own light and on its own line: one folder per "
                 "place, one picture per drive")
      ->check(bitplace::tools::in_range(2, 1000));
  app.add_option("--spacing", options.spacing,
                 "Metres from one place to the next (5 along a street, 1 indoors)")
      ->check(bitplace::tools::in_range(0.25, 100.0));
  app.add_option(
         "--lens", options.lens,
         "Of the camera, drawn for the seed; mixed: one of the two (a plain camera along a street, mixed "
         "indoors)")
      ->check(bitplace::tools::one_of({"pinhole", "fisheye", "mixed"}));
  return program.main(argc, argv);
}
