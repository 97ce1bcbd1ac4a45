#include <memory>

#include "core/error.h"
#include "evaluation/comparison.h"
#include "vprplace/commands.h"
#include "vprplace/place_options.h"

namespace bitplace::tools {
namespace {

struct Options {
  ComparisonRequest request;
  std::string base;
  std::vector<std::string> others;
  std::string json;
};

Status run(const Options& options) {
  ComparisonRequest request = options.request;
  request.models = {options.base};
  request.models.insert(request.models.end(), options.others.begin(), options.others.end());
  BITPLACE_ASSIGN(comparison, compare_models(request));
  if (!options.json.empty()) BITPLACE_TRY(write_json(options.json, to_json(comparison)));
  std::fputs(to_text(comparison).c_str(), stdout);
  return {};
}

}  // namespace

void add_compare_command(Program& program) {
  const auto options = std::make_shared<Options>();
  ComparisonRequest& request = options->request;
  CommandLine& command =
      program.add_command("compare", "Measure what other models win and lose against one on the same places",
                          [options] { return run(*options); });
  command.add_option("BASE", options->base, "Model file (.vpr) that the others are compared with")
      ->required();
  command.add_option("OTHER", options->others, "Model files (.vpr)")->required();
  add_execution_options(command, &request.places.engine);
  add_place_options(command, &request.places);
  command
      .add_option("--resamples", request.bootstrap.resamples,
                  "Resamples of the queries that the bounds are taken from")
      ->check(in_range(100, 1000000))
      ->show_default();
  command.add_option("--seed", request.bootstrap.seed, "Which resamples are drawn")->show_default();
  command.add_option("--json", options->json, "Write the figures for machines");
}

}  // namespace bitplace::tools
