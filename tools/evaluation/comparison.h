// Several models on the same places: what each finds, and what the others win and lose against the first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/json_file.h"
#include "common/paired_outcomes.h"
#include "evaluation/evaluate.h"

namespace bitplace::tools {

struct ComparisonRequest {
  std::vector<std::string> models;  // the base, then at least one other
  EvaluationRequest places;         // for every model; its own `engine.model` and `progress` are not used
  Bootstrap bootstrap;
};

struct ComparedModel {
  Evaluation evaluation;
  // Against the base, over all queries: whether the best match is right. Not set for the base.
  std::optional<PairedOutcomes> against_base;
  // Mean over all pictures of the cosine between this descriptor and the base's; set where both are f32 and
  // of one dimension, but not for the base.
  std::optional<double> cosine;
};

struct Comparison {
  ComparisonRequest request;
  std::vector<ComparedModel> models;
};

// Opens every model before it describes the first picture.
Result<Comparison> compare_models(const ComparisonRequest& request);

std::string to_text(const Comparison& comparison);
Json to_json(const Comparison& comparison);

}  // namespace bitplace::tools
