#include "evaluation/ground_truth.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"

namespace bitplace::tools {
namespace {

std::string out_of_range(std::string_view kind, std::string_view text, std::int64_t limit) {
  return std::string(kind) + " '" + std::string(text) + "' is not a whole number from 0 to " +
         std::to_string(limit - 1);
}

// The numbers of one ref_indices field, ascending.
Result<std::vector<std::int64_t>> parse_references(const CsvTable& table, const CsvRow& row,
                                                   std::string_view text, std::int64_t limit) {
  std::vector<std::int64_t> indices;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (word.empty()) continue;
    const auto index = parse_index(word, limit);
    if (!index) return table.error_at(row, out_of_range("reference", word, limit));
    indices.push_back(*index);
  }
  std::sort(indices.begin(), indices.end());
  const auto twice = std::adjacent_find(indices.begin(), indices.end());
  if (twice != indices.end()) {
    return table.error_at(row, "reference " + std::to_string(*twice) + " comes twice");
  }
  return indices;
}

}  // namespace

bool GroundTruth::is_right(std::int64_t query, std::int64_t reference) const {
  const auto& references = accepted[static_cast<std::size_t>(query)];
  return std::binary_search(references.begin(), references.end(), reference);
}

std::int64_t GroundTruth::queries_without_reference() const {
  return std::count_if(accepted.begin(), accepted.end(),
                       [](const auto& references) { return references.empty(); });
}

Result<GroundTruth> ground_truth_from(const CsvTable& table, std::int64_t queries, std::int64_t references) {
  BITPLACE_ASSIGN(query_column, table.required_column("query_index"));
  BITPLACE_ASSIGN(reference_column, table.required_column("ref_indices"));
  GroundTruth truth;
  truth.accepted.resize(static_cast<std::size_t>(queries));
  std::vector<bool> seen(truth.accepted.size());
  for (const CsvRow& row : table.rows) {
    const std::string& text = row.fields[query_column];
    const auto index = parse_index(text, queries);
    if (!index) return table.error_at(row, out_of_range("query", text, queries));
    const auto query = static_cast<std::size_t>(*index);
    if (seen[query]) return table.error_at(row, "query " + text + " comes twice");
    seen[query] = true;
    BITPLACE_ASSIGN(indices, parse_references(table, row, row.fields[reference_column], references));
    truth.accepted[query] = std::move(indices);
  }
  return truth;
}

Result<GroundTruth> read_ground_truth(const std::string& path, std::int64_t queries,
                                      std::int64_t references) {
  BITPLACE_ASSIGN(table, read_csv(path));
  return ground_truth_from(table, queries, references);
}

}  // namespace bitplace::tools
