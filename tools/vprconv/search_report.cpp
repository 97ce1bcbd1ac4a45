#include "vprconv/search_report.h"

#include <cstdio>

#include "common/text_table.h"
#include "evaluation/search_chart.h"

namespace bitplace::tools {

void print_search(const SearchReport& report) {
  TextTable table({{"precision"},
                   {"bits", Align::right},
                   {"KiB", Align::right},
                   {"ms", Align::right},
                   {"error", Align::right},
                   {"held out", Align::right}});
  const auto text = [](const char* format, double value) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, format, value);
    return std::string(buffer);
  };
  for (const SearchRow& row : report.rows) {
    table.add_row({row.name, text("%.2f", row.cost.bits), text("%.1f", row.cost.bytes / 1024.0),
                   text("%.3f", row.cost.milliseconds), text("%.3e", row.error), text("%.3e", row.held_out)});
  }
  std::printf("\n%s\n", table.text().c_str());
  std::printf(
      "error: mean squared difference of the normalised descriptor to the float model's, on %zu images; "
      "held out: on %zu others\nbits: mean over the layers; ms: the layers' own, measured here\n",
      report.images, report.held_out_images);
  std::printf("evaluated %zu mixes; wrote %s: use it with vprconv convert --precision %s\n",
              report.result.evaluated.size(), report.output.c_str(), report.output.c_str());
}

Status write_search_plot(const std::string& path, const SearchReport& report) {
  SearchPlot plot;
  plot.title = "Precisions of " + report.network;
  plot.error_name = "mean squared error of the descriptor";
  for (const SearchCandidate& candidate : report.result.evaluated) {
    if (candidate.genome == report.result.best.genome) plot.chosen = plot.points.size();
    plot.points.push_back({candidate.cost.bits, candidate.error, candidate.genome, ""});
  }
  for (const SearchRow& row : report.rows) {
    if (row.name != "mixed") plot.points.push_back({row.cost.bits, row.error, row.name, row.name});
  }
  plot.budget = report.options.budget.bits;
  return write_search_page(path, plot);
}

Json search_json(const SearchReport& report) {
  Json rows = Json::array(), layers = Json::array();
  for (const SearchRow& row : report.rows) {
    rows.push_back({{"precision", row.name},
                    {"mean_bits", row.cost.bits},
                    {"weight_bytes", row.cost.bytes},
                    {"layer_ms", row.cost.milliseconds},
                    {"error", row.error},
                    {"held_out_error", row.held_out}});
  }
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    layers.push_back({{"layer", report.layers[i].name},
                      {"precision", precision_name(report.precisions.of(report.layers[i].name))},
                      {"sensitivity", report.result.sensitivity[i]}});
  }
  const SearchBudget& bounds = report.options.budget;
  Json budget = Json::object(), choices = Json::array();
  if (bounds.bits) budget["mean_bits"] = *bounds.bits;
  if (bounds.bytes) budget["weight_bytes"] = *bounds.bytes;
  if (bounds.milliseconds) budget["layer_ms"] = *bounds.milliseconds;
  for (const Precision precision : report.options.choices)
    choices.push_back(precision_name(precision));
  return {{"model", report.model},
          {"identity", report.identity},
          {"precisions", report.output},
          {"budget", budget},
          {"choices", choices},
          {"seed", report.options.seed},
          {"evaluations", report.result.evaluated.size()},
          {"results", rows},
          {"layers", layers}};
}

}  // namespace bitplace::tools
