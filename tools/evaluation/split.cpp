#include "evaluation/split.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "core/error.h"

namespace bitplace::tools {
namespace {

std::vector<std::int64_t> first_indices(std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::string quoted_list(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

}  // namespace

Split whole_set(std::int64_t references, std::int64_t queries) {
  return {first_indices(references), first_indices(queries)};
}

Result<Split> split_from(const CsvTable& table, const std::string& name, std::int64_t references,
                         std::int64_t queries) {
  BITPLACE_ASSIGN(split_column, table.required_column("split"));
  const auto index_column = table.column("index");
  const std::int64_t limit = std::max(references, queries);
  std::set<std::string> names;
  std::vector<bool> seen(static_cast<std::size_t>(limit));
  Split split;
  for (std::size_t position = 0; position < table.rows.size(); ++position) {
    const CsvRow& row = table.rows[position];
    const std::string text = index_column ? row.fields[*index_column] : std::to_string(position);
    const auto index = parse_index(text, limit);
    if (!index) {
      return table.error_at(
          row, "index '" + text + "' is not a whole number from 0 to " + std::to_string(limit - 1));
    }
    if (seen[static_cast<std::size_t>(*index)]) return table.error_at(row, "index " + text + " comes twice");
    seen[static_cast<std::size_t>(*index)] = true;
    names.insert(row.fields[split_column]);
    if (row.fields[split_column] != name) continue;
    if (*index < references) split.references.push_back(*index);
    if (*index < queries) split.queries.push_back(*index);
  }
  if (split.references.empty() || split.queries.empty()) {
    return make_error(ErrorCode::invalid_argument, table.path, "split",
                      "no references and queries are '" + name + "'; the file knows: " + quoted_list(names));
  }
  std::sort(split.references.begin(), split.references.end());
  std::sort(split.queries.begin(), split.queries.end());
  return split;
}

Result<Split> read_split(const std::string& file_and_name, std::int64_t references, std::int64_t queries) {
  const std::size_t colon = file_and_name.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == file_and_name.size()) {
    return make_error(ErrorCode::invalid_argument, file_and_name, "split", "expected FILE:NAME");
  }
  BITPLACE_ASSIGN(table, read_csv(file_and_name.substr(0, colon)));
  return split_from(table, file_and_name.substr(colon + 1), references, queries);
}

GroundTruth restricted(const GroundTruth& truth, const Split& split) {
  GroundTruth result;
  for (const std::int64_t query : split.queries) {
    auto& accepted = result.accepted.emplace_back();
    for (const std::int64_t reference : truth.accepted[static_cast<std::size_t>(query)]) {
      const auto found = std::lower_bound(split.references.begin(), split.references.end(), reference);
      if (found != split.references.end() && *found == reference) {
        accepted.push_back(found - split.references.begin());
      }
    }
  }
  return result;
}

}  // namespace bitplace::tools
