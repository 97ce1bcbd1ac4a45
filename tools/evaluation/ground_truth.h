// Which references show the same place as a query.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/csv.h"

namespace bitplace::tools {

struct GroundTruth {
  // For each query the accepted references, ascending; empty where no reference shows its place.
  std::vector<std::vector<std::int64_t>> accepted;

  bool is_right(std::int64_t query, std::int64_t reference) const;
  std::int64_t queries_without_reference() const;
};

// gt.csv: columns query_index and ref_indices (indices separated by spaces); an index is the position in the
// sorted file list. A query without a row has no accepted reference.
// Errors with their line: an index out of range or not a number, a query or a reference that comes twice.
Result<GroundTruth> read_ground_truth(const std::string& path, std::int64_t queries, std::int64_t references);
Result<GroundTruth> ground_truth_from(const CsvTable& table, std::int64_t queries, std::int64_t references);

}  // namespace bitplace::tools
