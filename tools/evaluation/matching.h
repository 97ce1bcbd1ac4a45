// Finds the best references of many queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bitplace/device_search.h"
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
  // On a GPU. `references` was made for kDeepestRecall matches and outlives this.
  BlockMatcher(DeviceSearch& references, std::int64_t block_queries);

  // Keeps a copy of the descriptor; ranks the block when it is full. Errors: as PlaceMap::scores(), or
  // DeviceSearch::query().
  Status add(const DescriptorView& query);
  // Ranks what is left.
  Status finish();

  // One per query, in the order of add(), kDeepestRecall deep.
  std::vector<Ranking> take_rankings() { return std::move(rankings_); }

 private:
  Status rank_by_scores();
  Status rank_on_device();

  const PlaceMap* references_ = nullptr;  // null on a GPU
  Executor* executor_ = nullptr;
  DeviceSearch* on_device_ = nullptr;  // null on the CPU
  DescriptorSpec spec_;
  std::size_t block_queries_;
  std::vector<std::uint8_t> descriptors_;
  std::vector<DescriptorView> queries_;
  std::vector<float> scores_;   // of each reference
  std::vector<Match> matches_;  // of a GPU's
  std::vector<Ranking> rankings_;
};

}  // namespace bitplace::tools
