// Part of a data set: the images that a column of a CSV file assigns to "train", "test" or the like.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/csv.h"
#include "evaluation/ground_truth.h"

namespace bitplace::tools {

// Positions in the complete sorted file lists, ascending.
struct Split {
  std::vector<std::int64_t> references;
  std::vector<std::int64_t> queries;
};

// Everything: no split was asked for.
Split whole_set(std::int64_t references, std::int64_t queries);

// "frames.csv:test": the rows whose column `split` says "test". A row's image is its `index` column, or its
// position where there is none; it selects the reference and the query of that index.
// Errors: an index out of range or twice, a split that no row belongs to.
Result<Split> read_split(const std::string& file_and_name, std::int64_t references, std::int64_t queries);
Result<Split> split_from(const CsvTable& table, const std::string& name, std::int64_t references,
                         std::int64_t queries);

// The truth of the selected queries about the selected references, in their new numbering.
GroundTruth restricted(const GroundTruth& truth, const Split& split);

}  // namespace bitplace::tools
