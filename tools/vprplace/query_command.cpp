#include <memory>

#include "bitplace/place_map.h"
#include "common/json_file.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/hash.h"
#include "evaluation/engine.h"
#include "vprplace/commands.h"

namespace bitplace::tools {
namespace {

struct Options {
  EngineOptions engine;
  std::string map;
  std::vector<std::string> images;
  int count = 5;
  std::string json;
};

Status check_same_model(const Options& options, const PlaceMap& places, const DescriptorSpec& spec) {
  if (places.spec() == spec) return {};
  return make_error(ErrorCode::mismatch, options.map, "model",
                    "the map was made by model " + to_hex(places.spec().identity) + ", " +
                        options.engine.model + " is " + to_hex(spec.identity));
}

Status run(const Options& options) {
  BITPLACE_ASSIGN(describer, open_describer(options.engine));
  BITPLACE_ASSIGN(places, PlaceMap::open(options.map.c_str()));
  BITPLACE_TRY(check_same_model(options, places, describer.descriptor_spec()));
  constexpr int kOneAtATime = 1;
  BITPLACE_ASSIGN(on_device, open_search(options.engine, describer, places, kOneAtATime, options.count));
  TextTable table(
      {{"image", Align::left}, {"rank", Align::right}, {"place", Align::right}, {"score", Align::right}});
  Json json;
  json["map"] = options.map;
  json["queries"] = Json::array();
  ImageReader reader;
  for (const std::string& path : options.images) {
    BITPLACE_ASSIGN(image, reader.read(path));
    const auto descriptor = describer.describe(image.view());
    if (!descriptor.ok()) return with_context(descriptor.error(), path);
    const Matches matches =
        on_device ? on_device->query(*descriptor, options.count) : places.query(*descriptor, options.count);
    if (!matches.ok()) return with_context(matches.error(), path);
    Json found = Json::array();
    for (std::size_t i = 0; i < matches.size(); ++i) {
      table.add_row({i == 0 ? path : "", std::to_string(i + 1), std::to_string(matches[i].id),
                     fixed(matches[i].score, 4)});
      found.push_back({{"place", matches[i].id}, {"score", matches[i].score}});
    }
    json["queries"].push_back({{"image", path}, {"matches", found}});
  }
  if (!options.json.empty()) BITPLACE_TRY(write_json(options.json, json));
  std::fputs(table.text().c_str(), stdout);
  return {};
}

}  // namespace

void add_query_command(Program& program) {
  const auto options = std::make_shared<Options>();
  CommandLine& command = program.add_command("query", "Find the places that images show, best first",
                                             [options] { return run(*options); });
  add_engine_options(command, &options->engine);
  command.add_option("MAP", options->map, "Map of the places (.vprmap)")->required();
  command.add_option("IMAGE", options->images, "Images: JPEG, PNG, BMP, PPM, PGM")->required();
  command.add_option("-n,--count", options->count, "Places per image")
      ->check(in_range(1, 1000000))
      ->show_default();
  command.add_option("--json", options->json, "Write the matches for machines");
}

}  // namespace bitplace::tools
