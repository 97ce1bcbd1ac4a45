#include <memory>

#include "common/npy.h"
#include "common/progress.h"
#include "core/error.h"
#include "evaluation/engine.h"
#include "vprplace/commands.h"

namespace bitplace::tools {
namespace {

struct Options {
  EngineOptions engine;
  std::vector<std::string> images;
  std::string output;
  bool raw = false;
};

Status write_row(Describer& describer, const ImageView& image, bool raw, std::span<float> row) {
  if (raw) return describer.features(image, row.data(), row.size());
  BITPLACE_ASSIGN(descriptor, describer.describe(image));
  descriptor_values(descriptor, row);
  return {};
}

Status run(const Options& options) {
  BITPLACE_ASSIGN(describer, open_describer(options.engine));
  const std::size_t columns = options.raw ? describer.feature_count()
                                          : static_cast<std::size_t>(describer.descriptor_spec().dimension);
  std::vector<float> values(options.images.size() * columns);
  ImageReader reader;
  Progress progress("describing images", static_cast<std::int64_t>(options.images.size()));
  for (std::size_t i = 0; i < options.images.size(); ++i) {
    BITPLACE_ASSIGN(image, reader.read(options.images[i]));
    const auto row = std::span(values).subspan(i * columns, columns);
    const Status status = write_row(describer, image.view(), options.raw, row);
    if (!status.ok()) return with_context(status.error(), options.images[i]);
    progress.advance();
  }
  progress.finish();
  BITPLACE_TRY(write_npy(options.output, values, options.images.size(), columns));
  std::printf("%s: float32 [%zu, %zu]\n", options.output.c_str(), options.images.size(), columns);
  return {};
}

}  // namespace

void add_describe_command(Program& program) {
  const auto options = std::make_shared<Options>();
  CommandLine& command = program.add_command("describe", "Write the descriptors of images as a NumPy array",
                                             [options] { return run(*options); });
  add_engine_options(command, &options->engine);
  command.add_option("IMAGE", options->images, "Images: JPEG, PNG, BMP, PPM, PGM")->required();
  command.add_option("-o,--output", options->output, "Array to write: float32 [images, dimension] (.npy)")
      ->required();
  command.add_flag(
      "--raw", options->raw,
      "The last layer as it is, before normalisation, flattened in the order row, column, channel");
}

}  // namespace bitplace::tools
