// Finds the best references of many queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bitplace/executor.h"
#include "bitplace/place_map.h"
#include "evaluation/retrieval.h"

namespace bitplace::tools {

// Gathers queries and ranks a block of them together, which is much faster than one by one where the
// references do not fit a cache. The rankings are those of PlaceMap::query().
class BlockMatcher {
 public:
  // Takes memory for the block's descriptors and scores, whatever the number of queries. `references` no
  // longer grows and, as `executor`, outlives this.
  BlockMatcher(const PlaceMap& references, Executor& executor, std::int64_t block_queries);

  // Keeps a copy of the descriptor; ranks the block when it is full. Errors: as PlaceMap::scores().
  Status add(const DescriptorView& query);
  // Ranks what is left.
  Status finish();

  // One per query, in the order of add(), kDeepestRecall deep.
  std::vector<Ranking> take_rankings() { return std::move(rankings_); }

 private:
  const PlaceMap& references_;
  Executor& executor_;
  std::size_t block_queries_;
  std::vector<std::uint8_t> descriptors_;
  std::vector<DescriptorView> queries_;
  std::vector<float> scores_;
  std::vector<Ranking> rankings_;
};

}  // namespace bitplace::tools
