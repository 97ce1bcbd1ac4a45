#include "common/text_table.h"
#include "evaluation/comparison.h"

namespace bitplace::tools {
namespace {

// Which of the depths are shown to people.
constexpr std::size_t kAt1 = 0;
constexpr std::size_t kAt5 = 1;
static_assert(kRecallDepths[kAt1] == 1 && kRecallDepths[kAt5] == 5);

// A share as percentage points, with its sign.
std::string points(double share) {
  const std::string text = fixed(100.0 * share, 2);
  return share > 0.0 ? "+" + text : text;
}

std::string descriptor_text(const DescriptorSpec& spec) {
  return std::string(descriptor_type_name(spec.type)) + " " + std::to_string(spec.dimension);
}

double bytes_of(const ComparedModel& model) {
  return static_cast<double>(model.evaluation.model_bytes);
}

std::vector<std::string> row_of(const ComparedModel& model, const ComparedModel& base) {
  const Evaluation& evaluation = model.evaluation;
  std::vector<std::string> row{evaluation.request.engine.model,
                               bytes_text(bytes_of(model)),
                               fixed(100.0 * bytes_of(model) / bytes_of(base), 1) + " %",
                               descriptor_text(evaluation.descriptor),
                               std::to_string(evaluation.descriptor.bytes()),
                               fixed(evaluation.figures->recall[kAt1], 4),
                               fixed(evaluation.figures->recall[kAt5], 4)};
  if (model.against_base) {
    const PairedOutcomes& outcomes = *model.against_base;
    row.insert(row.end(),
               {points(outcomes.difference), points(outcomes.bounds.lower), points(outcomes.bounds.upper),
                std::to_string(outcomes.won), std::to_string(outcomes.lost), fixed(outcomes.p_value, 3)});
  } else {
    row.insert(row.end(), {"base", "", "", "", "", ""});
  }
  row.push_back(model.cosine ? fixed(*model.cosine, 5) : "");
  row.push_back(fixed(evaluation.describe_p50_ms, 2));
  return row;
}

Json json_of(const PairedOutcomes& outcomes) {
  return {{"recall_at_1_difference", outcomes.difference},
          {"lower_95", outcomes.bounds.lower},
          {"upper_95", outcomes.bounds.upper},
          {"queries_won", outcomes.won},
          {"queries_lost", outcomes.lost},
          {"mcnemar_p", outcomes.p_value}};
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  const Evaluation& base = comparison.models.front().evaluation;
  TextTable table({{"model", Align::left},
                   {"file", Align::right},
                   {"of base", Align::right},
                   {"descriptor", Align::left},
                   {"bytes", Align::right},
                   {"R@1", Align::right},
                   {"R@5", Align::right},
                   {"points", Align::right},
                   {"from", Align::right},
                   {"to", Align::right},
                   {"won", Align::right},
                   {"lost", Align::right},
                   {"p", Align::right},
                   {"cosine", Align::right},
                   {"describe ms", Align::right}});
  for (const ComparedModel& model : comparison.models)
    table.add_row(row_of(model, comparison.models.front()));
  return std::to_string(base.queries.size()) + " queries (" +
         std::to_string(base.figures->queries_without_reference) + " without an accepted reference), " +
         std::to_string(base.references.size()) + " references; " + base.cpu + ", " + base.isa + ", " +
         std::to_string(base.request.engine.threads) + " thread(s)\n\n" + table.text() +
         "\npoints: Recall@1 less the base's; from, to: 95 % of " +
         std::to_string(comparison.request.bootstrap.resamples) + " paired resamples of the queries, seed " +
         std::to_string(comparison.request.bootstrap.seed) +
         "\nwon, lost: queries whose best match is right in this model alone, in the base alone; p: exact "
         "McNemar test\n"
         "cosine: to the base's descriptors, mean over all pictures; describe ms: median\n";
}

Json to_json(const Comparison& comparison) {
  Json json;
  json["resamples"] = comparison.request.bootstrap.resamples;
  json["seed"] = comparison.request.bootstrap.seed;
  json["models"] = Json::array();
  for (const ComparedModel& model : comparison.models) {
    Json entry = to_json(model.evaluation);
    if (model.against_base) entry["against_base"] = json_of(*model.against_base);
    if (model.cosine) entry["mean_cosine_to_base"] = *model.cosine;
    json["models"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace bitplace::tools
