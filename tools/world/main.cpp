// vprworld: writes pictures of a generated street, driven twice, with the ground truth.
#include <atomic>
#include <filesystem>
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
};

// Frames are independent: threads take them one by one.
class Writer {
 public:
  Writer(const Street& street, const Drive& drive, std::string folder, tools::Progress* progress)
      : street_(street), drive_(drive), folder_(std::move(folder)), progress_(progress) {}

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
    std::string number = std::to_string(index);
    number.insert(0, 4 - std::min<std::size_t>(number.size(), 4), '0');
    return write_file(folder_ + "/" + number + ".png", png);
  }

  const Street& street_;
  const Drive& drive_;
  std::string folder_;
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

Status run(const Options& options) {
  const Street street(options.drive.seed, static_cast<float>(options.drive.places) * options.drive.spacing);
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 16u));
  BITPLACE_ASSIGN(executor, create_thread_pool(threads));
  tools::Progress progress("rendering the generated street", 2 * std::int64_t{options.drive.places});
  for (const char* name : {"ref", "query"}) {
    const std::string folder = options.folder + "/" + name;
    BITPLACE_TRY(make_folder(folder));
    const bool first = std::string(name) == "ref";
    const Drive drive = first ? first_drive(street, options.drive) : second_drive(street, options.drive);
    BITPLACE_TRY(Writer(street, drive, folder, &progress).write_all(*executor));
  }
  progress.finish();
  const std::string truth = ground_truth(options);
  return write_file(options.folder + "/gt.csv", std::as_bytes(std::span(truth)));
}

}  // namespace
}  // namespace bitplace::world

int main(int argc, char** argv) {
  bitplace::tools::Program program(
      "vprworld", "Write pictures of a generated street that is driven twice: ref/, query/ and gt.csv.");
  bitplace::world::Options options;
  CLI::App& app = program.set_main([&options] { return bitplace::world::run(options); });
  app.add_option("-o,--output", options.folder, "Folder to write; ref/ and query/ must not exist or be empty")
      ->required();
  app.add_option("--seed", options.drive.seed, "Another number makes another street")->capture_default_str();
  app.add_option("--places", options.drive.places, "Pictures per drive")
      ->check(CLI::Range(1, 9999))
      ->capture_default_str();
  return program.main(argc, argv);
}
