// vprdemo: evaluates several sets of pictures, prints one table and writes one page.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <tuple>

#include "common/text_table.h"
#include "core/error.h"
#include "evaluation/report.h"

namespace bitplace::tools {
namespace {

// Title, note, model, reference folder, query folder, ground truth, split.
using SetArguments =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string, std::string>;

struct Options {
  std::string title;
  std::string output;
  std::vector<SetArguments> sets;
};

std::string given(const std::string& argument) {
  return argument == "none" ? std::string() : argument;
}

EvaluationRequest request_of(const SetArguments& set) {
  EvaluationRequest request;
  request.engine.model = std::get<2>(set);
  request.reference_folder = std::get<3>(set);
  request.query_folder = std::get<4>(set);
  request.ground_truth = given(std::get<5>(set));
  request.split = given(std::get<6>(set));
  return request;
}

std::string summary(const Options& options, const std::vector<Evaluation>& evaluations) {
  TextTable table({{"pictures", Align::left},
                   {"queries", Align::right},
                   {"references", Align::right},
                   {"R@1", Align::right},
                   {"R@5", Align::right},
                   {"R@10", Align::right},
                   {"R@20", Align::right},
                   {"AUC", Align::right},
                   {"ms", Align::right}});
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    const Evaluation& evaluation = evaluations[i];
    std::vector<std::string> row{std::get<0>(options.sets[i]), std::to_string(evaluation.queries.size()),
                                 std::to_string(evaluation.references.size())};
    for (std::size_t d = 0; d < kRecallDepths.size(); ++d)
      row.push_back(evaluation.figures ? fixed(evaluation.figures->recall[d], 3) : "");
    row.push_back(evaluation.figures ? fixed(evaluation.figures->auc_pr, 3) : "");
    row.push_back(fixed(evaluation.describe_p50_ms, 2));
    table.add_row(std::move(row));
  }
  return table.text();
}

// The best match of some queries of the first set.
std::string some_matches(const Evaluation& evaluation) {
  constexpr std::size_t kShown = 10;
  const auto name = [](const std::string& path) { return std::filesystem::path(path).filename().string(); };
  TextTable table(
      {{"query", Align::left}, {"best match", Align::left}, {"score", Align::right}, {"", Align::left}});
  const std::size_t count = std::min(kShown, evaluation.queries.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t query = i * evaluation.queries.size() / count;
    const Match& best = evaluation.rankings[query].front();
    std::string verdict;
    if (evaluation.truth) {
      verdict = evaluation.truth->is_right(static_cast<std::int64_t>(query), best.index) ? "right" : "wrong";
    }
    table.add_row({name(evaluation.queries[query]),
                   name(evaluation.references[static_cast<std::size_t>(best.index)]), fixed(best.score, 3),
                   verdict});
  }
  return table.text();
}

Status run(const Options& options) {
  std::vector<Evaluation> evaluations;
  evaluations.reserve(options.sets.size());
  Report report;
  report.title = options.title;
  for (const SetArguments& set : options.sets) {
    BITPLACE_ASSIGN(evaluation, evaluate(request_of(set)));
    evaluations.push_back(std::move(evaluation));
    report.sections.push_back({std::get<0>(set), std::get<1>(set), &evaluations.back()});
  }
  BITPLACE_TRY(write_report(options.output, report));
  std::printf("\n%s\n%s\nTo look at: %s\n", some_matches(evaluations.front()).c_str(),
              summary(options, evaluations).c_str(), options.output.c_str());
  return {};
}

}  // namespace
}  // namespace bitplace::tools

int main(int argc, char** argv) {
  using namespace bitplace::tools;
  Program program("vprdemo",
                  "Run place recognition on sets of pictures; print a table and write one HTML page.");
  Options options;
  CLI::App& app = program.set_main([&options] { return run(options); }).app();  // for --set and its tuple
  app.add_option("-o,--output", options.output, "Page to write")->required();
  app.add_option("--title", options.title, "Heading of the page")->required();
  app.add_option(
         "--set", options.sets,
         "TITLE NOTE MODEL REF_DIR QUERY_DIR GT_CSV SPLIT; 'none' for a ground truth or split that there "
         "is not; may be given again")
      ->required();
  return program.main(argc, argv);
}
