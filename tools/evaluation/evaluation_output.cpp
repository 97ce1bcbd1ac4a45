#include "common/text_table.h"
#include "evaluation/evaluate.h"

namespace bitplace::tools {
namespace {

std::string descriptor_text(const DescriptorSpec& spec) {
  return std::string(descriptor_type_name(spec.type)) + ", " + std::to_string(spec.dimension) +
         " dimensions, " + std::to_string(spec.bytes()) + " bytes";
}

std::string query_count_text(const Evaluation& evaluation) {
  std::string text = std::to_string(evaluation.queries.size());
  if (evaluation.figures) {
    text += " (" + std::to_string(evaluation.figures->queries_without_reference) +
            " without an accepted reference)";
  }
  return text;
}

std::string match_text(const Evaluation& evaluation) {
  return fixed(evaluation.match_p50_ms, 3) + " ms (best " + std::to_string(kDeepestRecall) +
         " of all references for one query alone; " + std::to_string(evaluation.match_timings) +
         " queries timed)";
}

std::string figures_text(const RetrievalFigures& figures) {
  TextTable recall(
      {{"Recall@N", Align::left}, {"all queries", Align::right}, {"matchable queries", Align::right}});
  for (std::size_t d = 0; d < kRecallDepths.size(); ++d) {
    recall.add_row({"N = " + std::to_string(kRecallDepths[d]), fixed(figures.recall[d], 3),
                    fixed(figures.recall_of_matchable[d], 3)});
  }
  TextTable precision({{"precision", Align::left}, {"", Align::right}});
  precision.add_row({"S_P100 (best match right)", fixed(figures.s_p100, 3)});
  precision.add_row({"recall at 100 % precision", fixed(figures.recall_at_100_precision, 3)});
  precision.add_row({"area under the PR curve", fixed(figures.auc_pr, 3)});
  return "\n" + recall.text() + "\n" + precision.text();
}

}  // namespace

std::string to_text(const Evaluation& evaluation) {
  TextTable protocol({{"protocol", Align::left}, {"", Align::left}});
  protocol.add_row({"model", evaluation.request.engine.model + " (" + evaluation.network + ", " +
                                 bytes_text(static_cast<double>(evaluation.model_bytes)) + ")"});
  protocol.add_row({"queries", query_count_text(evaluation)});
  protocol.add_row({"references", std::to_string(evaluation.references.size())});
  if (!evaluation.request.split.empty()) protocol.add_row({"split", evaluation.request.split});
  protocol.add_row({"descriptor", descriptor_text(evaluation.descriptor)});
  protocol.add_row({"machine", evaluation.cpu});
  protocol.add_row({"instruction set", evaluation.isa});
  protocol.add_row({"threads", std::to_string(evaluation.request.engine.threads)});
  protocol.add_row(
      {"describe, median", fixed(evaluation.describe_p50_ms, 3) + " ms (decoded image, resizing included)"});
  protocol.add_row({"match, median", match_text(evaluation)});
  protocol.add_row({"memory", bytes_text(static_cast<double>(evaluation.plan_bytes)) + " plan, " +
                                  bytes_text(static_cast<double>(evaluation.arena_bytes)) + " arena, " +
                                  bytes_text(static_cast<double>(evaluation.map_bytes)) + " places"});
  return protocol.text() + (evaluation.figures ? figures_text(*evaluation.figures) : std::string());
}

Json to_json(const Evaluation& evaluation) {
  Json json;
  json["model"] = {{"file", evaluation.request.engine.model},
                   {"network", evaluation.network},
                   {"identity", evaluation.identity},
                   {"bytes", evaluation.model_bytes}};
  json["machine"] = evaluation.cpu;
  json["isa"] = evaluation.isa;
  json["threads"] = evaluation.request.engine.threads;
  if (!evaluation.request.split.empty()) json["split"] = evaluation.request.split;
  json["queries"] = evaluation.queries.size();
  json["references"] = evaluation.references.size();
  if (evaluation.figures) {
    const RetrievalFigures& figures = *evaluation.figures;
    json["queries_without_reference"] = figures.queries_without_reference;
    for (std::size_t d = 0; d < kRecallDepths.size(); ++d) {
      const std::string depth = std::to_string(kRecallDepths[d]);
      json["recall"][depth] = figures.recall[d];
      json["recall_of_matchable"][depth] = figures.recall_of_matchable[d];
    }
    json["s_p100"] = figures.s_p100;
    json["recall_at_100_precision"] = figures.recall_at_100_precision;
    json["auc_pr"] = figures.auc_pr;
  }
  json["descriptor"] = {{"dimension", evaluation.descriptor.dimension},
                        {"type", descriptor_type_name(evaluation.descriptor.type)},
                        {"bytes", evaluation.descriptor.bytes()}};
  json["latency_ms"] = {{"describe_p50", evaluation.describe_p50_ms}, {"match_p50", evaluation.match_p50_ms}};
  // match_p50 is the time of one query searched alone, over this many of them.
  json["queries_timed_alone"] = evaluation.match_timings;
  json["memory_bytes"] = {{"model", evaluation.model_bytes},
                          {"plan", evaluation.plan_bytes},
                          {"arena", evaluation.arena_bytes},
                          {"map", evaluation.map_bytes}};
  return json;
}

}  // namespace bitplace::tools
