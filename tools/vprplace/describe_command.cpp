#include <memory>

#include "common/npy.h"
#include "common/progress.h"
#include "core/error.h"
#include "evaluation/describe_pictures.h"
#include "vprplace/commands.h"

namespace bitplace::tools {
namespace {

struct Options {
  EngineOptions engine;
  std::vector<std::string> images;
  std::string output;
  bool raw = false;
};

// The rows of an array, one per image.
struct Rows {
  std::vector<float> values;
  std::size_t columns;

  std::span<float> row(std::size_t index) { return std::span(values).subspan(index * columns, columns); }
};

Status fill_with_features(Describer& describer, ImageReader& reader, const Options& options,
                          Progress& progress, Rows* rows) {
  for (std::size_t i = 0; i < options.images.size(); ++i) {
    BITPLACE_ASSIGN(image, reader.read(options.images[i]));
    const std::span<float> row = rows->row(i);
    const Status status = describer.features(image.view(), row.data(), row.size());
    if (!status.ok()) return with_context(status.error(), options.images[i]);
    progress.advance();
  }
  return {};
}

Status fill_with_descriptors(Describer& describer, ImageReader& reader, const Options& options,
                             Progress& progress, Rows* rows) {
  return describe_pictures(describer, reader, options.images, options.engine.batch,
                           [&](std::size_t index, const DescriptorView& descriptor, double) {
                             descriptor_values(descriptor, rows->row(index));
                             progress.advance();
                             return Status();
                           });
}

Status run(const Options& options) {
  BITPLACE_ASSIGN(describer, open_describer(options.engine));
  const std::size_t columns = options.raw ? describer.feature_count()
                                          : static_cast<std::size_t>(describer.descriptor_spec().dimension);
  Rows rows{std::vector<float>(options.images.size() * columns), columns};
  ImageReader reader;
  Progress progress("describing images", static_cast<std::int64_t>(options.images.size()));
  const auto fill = options.raw ? fill_with_features : fill_with_descriptors;
  BITPLACE_TRY(fill(describer, reader, options, progress, &rows));
  progress.finish();
  BITPLACE_TRY(write_npy(options.output, rows.values, options.images.size(), columns));
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
