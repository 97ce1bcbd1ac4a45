// vprworld: writes pictures of a generated street, driven twice with the ground truth, or driven many times,
// one folder per place.
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "bitplace/executor.h"
#include "common/image_encoding.h"
#include "common/program.h"
#include "common/progress.h"
#include "core/error.h"
#include "core/file.h"
#include "world/render.h"

namespace bitplace::world {
namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;

struct Options {
  std::string folder;
  DriveOptions drive;
  int tolerance = 1;  // neighbouring places that count as the same
  int drives = 0;     // of place folders for training; 0: the two drives of the demo
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

  Writer(const Street& street, const Drive& drive, Path path, tools::Progress* progress)
      : street_(street), drive_(drive), path_(std::move(path)), progress_(progress) {}

  Status write_all(Executor& executor) {
    executor.parallel_for(
        static_cast<std::int64_t>(drive_.frames.size()),
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
    const Frame& frame = drive_.frames[index];
    const auto levels = develop(render(street_, drive_.light, frame, kWidth, kHeight), frame);
    BITPLACE_ASSIGN(png, tools::encode_png({levels.data(), kWidth, kHeight, 0, PixelFormat::rgb8}));
    return write_file(path_(index), png);
  }

  const Street& street_;
  const Drive& drive_;
  Path path_;
  tools::Progress* progress_;
  std::mutex mutex_;
  Status status_;
};

std::string ground_truth(const Options& options) {
  std::string text = "query_index,ref_indices\n";
  for (int query = 0; query < options.drive.places; ++query) {
    text += std::to_string(query) + ",";
    const int first = std::max(query - options.tolerance, 0);
    const int last = std::min(query + options.tolerance, options.drive.places - 1);
    for (int reference = first; reference <= last; ++reference)
      text += (reference == first ? "" : " ") + std::to_string(reference);
    text += "\n";
  }
  return text;
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

// The demo's two drives: ref/, query/ and gt.csv.
Status write_two_drives(const Options& options, const Street& street, Executor& executor) {
  tools::Progress progress("rendering the generated street", 2 * std::int64_t{options.drive.places});
  for (const char* name : {"ref", "query"}) {
    const std::string folder = options.folder + "/" + name;
    BITPLACE_TRY(make_folder(folder));
    const bool first = std::string(name) == "ref";
    const Drive drive = first ? first_drive(street, options.drive) : second_drive(street, options.drive);
    const auto path = [&](std::size_t place) { return folder + "/" + four_digits(place) + ".png"; };
    BITPLACE_TRY(Writer(street, drive, path, &progress).write_all(executor));
  }
  progress.finish();
  const std::string truth = ground_truth(options);
  return write_file(options.folder + "/gt.csv", std::as_bytes(std::span(truth)));
}

// One folder per place, one picture per drive.
Status write_place_folders(const Options& options, const Street& street, Executor& executor) {
  const auto folder = [&](std::size_t place) { return options.folder + "/" + four_digits(place); };
  for (int place = 0; place < options.drive.places; ++place)
    BITPLACE_TRY(make_folder(folder(static_cast<std::size_t>(place))));
  tools::Progress progress("rendering the generated street",
                           std::int64_t{options.drives} * std::int64_t{options.drive.places});
  for (int index = 0; index < options.drives; ++index) {
    const std::string name = "/" + four_digits(static_cast<std::size_t>(index)) + ".png";
    const auto path = [&](std::size_t place) { return folder(place) + name; };
    const Drive drive = random_drive(street, options.drive, index);
    BITPLACE_TRY(Writer(street, drive, path, &progress).write_all(executor));
  }
  progress.finish();
  return {};
}

Status run(const Options& options) {
  const Street street(options.drive.seed, static_cast<float>(options.drive.places) * options.drive.spacing);
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u));
  BITPLACE_ASSIGN(executor, create_thread_pool(threads));
  return options.drives > 0 ? write_place_folders(options, street, *executor)
                            : write_two_drives(options, street, *executor);
}

}  // namespace
}  // namespace bitplace::world

int main(int argc, char** argv) {
  bitplace::tools::Program program("vprworld",
                                   "Write pictures of a generated street: driven twice into ref/, query/ and "
                                   "gt.csv, or, with --drives, many times into one folder per place.");
  bitplace::world::Options options;
  bitplace::tools::CommandLine& app = program.set_main([&options] { return bitplace::world::run(options); });
  app.add_option("-o,--output", options.folder,
                 "Folder to write; the folders in it must not exist or be empty")
      ->required();
  app.add_option("--seed", options.drive.seed, "Another number makes another street")->show_default();
  app.add_option("--places", options.drive.places, "Pictures per drive")
      ->check(bitplace::tools::in_range(1, 9999))
      ->show_default();
  app.add_option("--drives", options.drives,
                 "Drives for training, each in its own season, hour and lane: one folder per place, one "
                 "picture per drive")
      ->check(bitplace::tools::in_range(2, 1000));
  app.add_option("--spacing", options.drive.spacing, "Metres from one place to the next")
      ->check(bitplace::tools::in_range(1.0, 100.0))
      ->show_default();
  return program.main(argc, argv);
}
