#include <memory>

#include "core/error.h"
#include "evaluation/evaluate.h"
#include "evaluation/report.h"
#include "vprplace/commands.h"

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
  CLI::App& command = program.add_command("eval", "Measure how well places are recognised, and how fast",
                                          [options] { return run(*options); });
  add_engine_options(command, &request.engine);
  command.get_option("--threads")->description("Threads that share one picture's work, and the search");
  command.add_option("--ref", request.reference_folder, "Folder of the reference images")->required();
  command.add_option("--query", request.query_folder, "Folder of the query images")->required();
  command
      .add_option(
          "--gt", request.ground_truth,
          "Ground truth: CSV with the columns query_index,ref_indices; an index is the position in the "
          "sorted file list")
      ->required();
  command.add_option("--split", request.split,
                     "FILE:NAME: only the images whose row in the CSV FILE has NAME in its column 'split'");
  command.add_option("--json", options->json, "Write the figures for machines");
  command.add_option("--report", options->report, "Write one HTML page with figures and pictures");
}

}  // namespace bitplace::tools
