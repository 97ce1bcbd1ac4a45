#include <cstdio>
#include <memory>

#include "common/npy.h"
#include "common/progress.h"
#include "core/error.h"
#include "vprtrain/commands.h"
#include "vprtrain/loop/describe_images.h"
#include "vprtrain/loop/machine.h"
#include "vprtrain/loop/model_file.h"

namespace bitplace::train {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> images;
  std::string output;
  std::string device = "cpu";
  std::string arithmetic = "f32";
  std::int64_t threads = 1;
};

Status run(const Options& options) {
  BITPLACE_ASSIGN(device, open_device(options.device));
  if (options.arithmetic != "f32" && options.arithmetic != "f64")
    return make_error(ErrorCode::invalid_argument, "--arithmetic " + options.arithmetic, "is not f32 or f64");
  if (options.threads < 1 || options.threads > 1024)
    return make_error(ErrorCode::invalid_argument, "--threads", "is not between 1 and 1024");
  set_up_arithmetic(options.threads);
  BITPLACE_ASSIGN(network, open_model(options.model));
  DescribeOptions describing;
  describing.device = device;
  describing.type = options.arithmetic == "f64" ? torch::kFloat64 : torch::kFloat32;
  network->to(device, describing.type);
  tools::Progress progress("describing images", static_cast<std::int64_t>(options.images.size()));
  describing.progress = [&progress](std::int64_t count) {
    progress.advance(count);
    return true;
  };
  ImageStore store(0);
  BITPLACE_ASSIGN(found, describe_images(*network, store, options.images, describing));
  progress.finish();
  const auto columns = static_cast<std::size_t>(found.dimension);
  BITPLACE_TRY(tools::write_npy(options.output, found.values, options.images.size(), columns));
  std::printf("%s: float32 [%zu, %zu]\n", options.output.c_str(), options.images.size(), columns);
  return {};
}

}  // namespace

void add_describe(tools::Program& program) {
  const auto options = std::make_shared<Options>();
  tools::CommandLine& command = program.add_command(
      "describe", "Write the descriptors of images, as LibTorch computes them, as a NumPy array",
      [options] { return run(*options); });
  command.add_option("MODEL", options->model, "best.pt or final.pt of a run")->required();
  command.add_option("IMAGE", options->images, "Images: JPEG, PNG, BMP, PPM, PGM")->required();
  command.add_option("-o,--output", options->output, "Array to write: float32 [images, dimension] (.npy)")
      ->required();
  command.add_option("--device", options->device, "cpu or cuda");
  command.add_option("--arithmetic", options->arithmetic, "f32 or f64");
  command.add_option("--threads", options->threads, "Of the arithmetic");
}

}  // namespace bitplace::train
