#include <memory>

#include "bitplace/place_map.h"
#include "common/progress.h"
#include "common/text_table.h"
#include "core/error.h"
#include "evaluation/engine.h"
#include "vprplace/commands.h"

namespace bitplace::tools {
namespace {

struct Options {
  EngineOptions engine;
  std::string folder;
  std::string output;
};

Status run(const Options& options) {
  BITPLACE_ASSIGN(describer, open_describer(options.engine));
  BITPLACE_ASSIGN(paths, list_images(options.folder));
  if (paths.empty()) return make_error(ErrorCode::io, options.folder, "list images", "there are none");
  PlaceMap places(describer.descriptor_spec());
  ImageReader reader;
  Progress progress("describing places", static_cast<std::int64_t>(paths.size()));
  for (std::size_t i = 0; i < paths.size(); ++i) {
    BITPLACE_ASSIGN(image, reader.read(paths[i]));
    const auto descriptor = describer.describe(image.view());
    if (!descriptor.ok()) return with_context(descriptor.error(), paths[i]);
    BITPLACE_TRY(places.add(*descriptor, static_cast<std::int64_t>(i)));
    progress.advance();
  }
  progress.finish();
  BITPLACE_TRY(places.save(options.output.c_str()));
  const DescriptorSpec& spec = places.spec();
  std::printf("%s: %lld places, %s descriptors of %d dimensions, %s\n", options.output.c_str(),
              static_cast<long long>(places.size()), descriptor_type_name(spec.type), spec.dimension,
              bytes_text(static_cast<double>(spec.bytes() * paths.size())).c_str());
  return {};
}

}  // namespace

void add_map_command(Program& program) {
  const auto options = std::make_shared<Options>();
  CommandLine& command =
      program.add_command("map",
                          "Make a map of the places that the images of a folder show; a place's "
                          "number is its image's position in the sorted file list",
                          [options] { return run(*options); });
  add_engine_options(command, &options->engine);
  command.add_option("DIR", options->folder, "Folder of the images")->required();
  command.add_option("-o,--output", options->output, "Map to write (.vprmap)")->required();
}

}  // namespace bitplace::tools
