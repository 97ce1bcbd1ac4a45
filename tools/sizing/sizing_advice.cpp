#include "sizing/sizing_advice.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "common/csv.h"
#include "common/text_table.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

std::optional<DescriptorType> type_from_name(const std::string& name) {
  for (const DescriptorType type : kDescriptorTypes) {
    if (name == descriptor_type_name(type)) return type;
  }
  return std::nullopt;
}

std::optional<double> parse_share(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && end == text.c_str() + text.size();
  return whole && value >= 0.0 && value <= 1.0 ? std::optional(value) : std::nullopt;
}

std::string choice_text(const SizeChoice& choice) {
  return std::to_string(choice.dimension) + " dimensions of " + descriptor_type_name(choice.type);
}

// Fewer do not even give every place a code of its own.
std::int64_t fewest_dimensions(DescriptorType type, std::int64_t places) {
  const double bits = type == DescriptorType::f32 ? 32.0 : type == DescriptorType::s8 ? 8.0 : 1.0;
  return std::max<std::int64_t>(1, std::llround(std::ceil(std::log2(static_cast<double>(places)) / bits)));
}

class Adviser {
 public:
  Adviser(const ModelCost& cost, const SizeLimits& limits) : cost_(cost), limits_(limits) {}

  bool fits(DescriptorType type, std::int64_t dimension) const {
    return dimension <= dimension_ceiling(cost_, limits_, type).largest;
  }

  std::optional<Advice> by_recall(const std::vector<RecallRow>& recalls) const {
    const RecallRow* best = nullptr;
    for (const RecallRow& row : recalls) {
      if (fits(row.type, row.dimension) && (best == nullptr || is_better(row, *best))) best = &row;
    }
    if (best == nullptr) return std::nullopt;
    Advice advice;
    advice.choice = SizeChoice{best->type, best->dimension};
    advice.text = choice_text(*advice.choice) + ": the highest recall in the table that fits, " +
                  fixed(best->recall, 3);
    return advice;
  }

  Advice keep() const {
    Advice advice;
    advice.choice = SizeChoice{cost_.type, cost_.dimension};
    advice.text = "keep the model as it is";
    for (const DescriptorType wider : kDescriptorTypes) {
      if (wider >= cost_.type) break;
      if (!fits(wider, cost_.dimension)) continue;
      advice.text +=
          "; all of its dimensions would fit as " + std::string(descriptor_type_name(wider)) + " too";
      break;
    }
    return advice;
  }

  // All dimensions, in fewer bits each.
  std::optional<Advice> narrower() const {
    for (const DescriptorType type : kDescriptorTypes) {
      if (type <= cost_.type || !fits(type, cost_.dimension)) continue;
      Advice advice;
      advice.choice = SizeChoice{type, cost_.dimension};
      advice.text = "keep all dimensions and store them as " + std::string(descriptor_type_name(type)) +
                    ": vprconv convert ... --descriptor " + descriptor_type_name(type);
      return advice;
    }
    return std::nullopt;
  }

  // Fewer dimensions: of s8, which loses next to nothing against f32 at a quarter of its bytes, and of bits.
  Advice shorter() const {
    Advice advice;
    for (const DescriptorType type : {DescriptorType::s8, DescriptorType::bits}) {
      const std::int64_t largest = dimension_ceiling(cost_, limits_, type).largest;
      if (type < cost_.type || largest < fewest_dimensions(type, *limits_.places)) continue;
      if (!advice.choice) advice.choice = SizeChoice{type, largest};
      advice.text += advice.text.empty() ? "shorten the descriptor to at most " : ", or at most ";
      advice.text += choice_text({type, largest});
    }
    if (!advice.choice) advice.text = "nothing fits: allow more time or memory, or keep fewer places";
    return advice;
  }

 private:
  static bool is_better(const RecallRow& a, const RecallRow& b) {
    if (a.recall != b.recall) return a.recall > b.recall;
    return bytes_per_place(a.type, a.dimension) < bytes_per_place(b.type, b.dimension);
  }

  const ModelCost& cost_;
  const SizeLimits& limits_;
};

}  // namespace

Result<std::vector<RecallRow>> read_recall_table(const std::string& path) {
  BITPLACE_ASSIGN(table, read_csv(path));
  BITPLACE_ASSIGN(type_column, table.required_column("type"));
  BITPLACE_ASSIGN(dimension_column, table.required_column("dimension"));
  BITPLACE_ASSIGN(recall_column, table.required_column("recall"));
  std::vector<RecallRow> rows;
  for (const CsvRow& row : table.rows) {
    constexpr std::int64_t kBeyondAnyDimension = (1 << 24) + 1;
    const auto type = type_from_name(row.fields[type_column]);
    if (!type) return table.error_at(row, "type '" + row.fields[type_column] + "' is not f32, s8 or bits");
    const auto dimension = parse_index(row.fields[dimension_column], kBeyondAnyDimension);
    if (!dimension || *dimension < 1) {
      return table.error_at(
          row, "dimension '" + row.fields[dimension_column] + "' is not a whole number from 1 to 16777216");
    }
    const auto recall = parse_share(row.fields[recall_column]);
    if (!recall)
      return table.error_at(row, "recall '" + row.fields[recall_column] + "' is not a number from 0 to 1");
    rows.push_back({*type, static_cast<std::int32_t>(*dimension), *recall});
  }
  return rows;
}

Advice advise(const ModelCost& cost, const SizeLimits& limits, const std::vector<RecallRow>& recalls) {
  const Adviser adviser(cost, limits);
  const bool own_fits = adviser.fits(cost.type, cost.dimension);
  std::optional<Advice> advice = adviser.by_recall(recalls);
  if (!advice && own_fits) advice = adviser.keep();
  if (!advice) advice = adviser.narrower();
  if (!advice) advice = adviser.shorter();
  advice->own_fits = own_fits;
  return *advice;
}

}  // namespace bitplace::tools
