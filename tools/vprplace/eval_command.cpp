#include <memory>

#include "core/error.h"
#include "evaluation/evaluate.h"
#include "evaluation/report.h"
#include "vprplace/commands.h"
#include "vprplace/place_options.h"

namespace bitplace::tools {
namespace {

struct Options {
  EvaluationRequest request;
  std::string json;
  std::string report;
};

Status run(const Options& options) {
  BITPLACE_ASSIGN(evaluation, evaluate(options.request));
  if (!options.report.empty()) {
    Report report;
    report.title = "Place recognition with " + evaluation.network;
    report.sections.push_back({"", "", &evaluation});
    BITPLACE_TRY(write_report(options.report, report));
  }
  if (!options.json.empty()) BITPLACE_TRY(write_json(options.json, to_json(evaluation)));
  std::fputs(to_text(evaluation).c_str(), stdout);
  return {};
}

}  // namespace

void add_eval_command(Program& program) {
  const auto options = std::make_shared<Options>();
  EvaluationRequest& request = options->request;
  CommandLine& command = program.add_command("eval", "Measure how well places are recognised, and how fast",
                                             [options] { return run(*options); });
  add_engine_options(command, &request.engine);
  add_place_options(command, &request);
  command.add_option("--json", options->json, "Write the figures for machines");
  command.add_option("--report", options->report, "Write one HTML page with figures and pictures");
}

}  // namespace bitplace::tools
