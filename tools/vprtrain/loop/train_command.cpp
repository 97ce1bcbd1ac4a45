#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>

#include "core/error.h"
#include "vprtrain/commands.h"
#include "vprtrain/loop/settings.h"
#include "vprtrain/loop/trainer.h"

namespace bitplace::train {
namespace {

struct TrainOptions {
  TrainSettings settings;
  std::string output;
  bool restart = false;
};

// A recipe: an object whose keys are the options' names. What the command line says wins.
class JsonRecipe : public CLI::Config {
 public:
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const tools::Json json = tools::Json::parse(input, nullptr, false);
    if (!json.is_object()) throw CLI::FileError("--config: the recipe is no JSON object");
    std::vector<CLI::ConfigItem> settings;
    for (const auto& [name, value] : json.items()) {
      CLI::ConfigItem item;
      item.name = name;
      for (const tools::Json& element : value.is_array() ? value : tools::Json::array({value}))
        item.inputs.push_back(element.is_string() ? element.get<std::string>() : element.dump());
      settings.push_back(std::move(item));
    }
    return settings;
  }
};

Status run(TrainOptions options) {
  if (options.output.empty())
    return make_error(ErrorCode::invalid_argument, "-o", "is missing: the folder of the run");
  BITPLACE_TRY(complete(&options.settings));
  return train(options.settings, options.output, options.restart);
}

}  // namespace

void add_train(tools::Program& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App& app = program.set_main([options] { return run(*options); }).app();
  app.set_config("--config", "", "A recipe: options in a JSON file; the command line wins");
  app.config_formatter(std::make_shared<JsonRecipe>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  visit_settings(options->settings, [&app](const std::string& name, auto& field, const char* help) {
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, bool>) {
      app.add_flag("--" + name, field, help);
    } else {
      app.add_option("--" + name, field, help);
    }
  });
  app.add_option("-o,--output", options->output, "Folder of the run; what is there already goes on")
      ->configurable(false);
  app.add_flag("--restart", options->restart, "Begin anew, whatever the folder holds")->configurable(false);
}

}  // namespace bitplace::train
