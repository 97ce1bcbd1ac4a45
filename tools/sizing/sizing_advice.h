// From limits and costs to what a person should do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sizing/descriptor_size.h"

namespace bitplace::tools {

// What was measured of a descriptor before: a row of a table with columns type, dimension and recall.
struct RecallRow {
  DescriptorType type = DescriptorType::f32;
  std::int32_t dimension = 0;
  double recall = 0.0;
};
// Errors: io, corrupt (a column is missing or a field is no such thing), each with its line.
Result<std::vector<RecallRow>> read_recall_table(const std::string& path);

struct SizeChoice {
  DescriptorType type = DescriptorType::f32;
  std::int64_t dimension = 0;
};

struct Advice {
  bool own_fits = false;             // the model as it is
  std::optional<SizeChoice> choice;  // none: nothing fits
  std::string text;                  // one sentence
};

// For limits.places, which is given. With recalls the choice is the row of the highest that fits (among
// equals the one of fewer bytes); without, the model as it is; then all of its dimensions as s8 or bits; then
// as many as fit.
Advice advise(const ModelCost& cost, const SizeLimits& limits, const std::vector<RecallRow>& recalls);

}  // namespace bitplace::tools
