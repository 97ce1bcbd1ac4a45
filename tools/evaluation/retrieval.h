// How good a ranking of references is.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bitplace/place_map.h"
#include "bitplace/result.h"
#include "evaluation/ground_truth.h"

namespace bitplace::tools {

inline constexpr std::array<int, 4> kRecallDepths{1, 5, 10, 20};
inline constexpr int kDeepestRecall = 20;

// The best references of one query, best first, ties in the order of the references; at least kDeepestRecall
// of them where there are as many. Match::index is the position of the reference.
using Ranking = std::vector<Match>;

struct PrecisionRecall {
  float threshold = 0.0f;  // best matches with at least this score are accepted
  double precision = 1.0;  // right ones among the accepted
  double recall = 0.0;     // right ones among the queries that have an accepted reference
};

struct RetrievalFigures {
  std::int64_t queries = 0;
  std::int64_t queries_without_reference = 0;
  // Share of the queries with a right reference among the first N. `recall` counts all queries, as the
  // benchmarks of the field do; `recall_of_matchable` only those that have a right reference at all.
  std::array<double, kRecallDepths.size()> recall{};
  std::array<double, kRecallDepths.size()> recall_of_matchable{};
  // Share of the matchable queries whose best match is right.
  double s_p100 = 0.0;
  // Largest share of the matchable queries that a score threshold accepts without one false match.
  double recall_at_100_precision = 0.0;
  // One point per distinct score of a best match, rising recall, after the point (recall 0, precision 1).
  std::vector<PrecisionRecall> curve;
  // Area under `curve` by trapezoids over recall, up to the recall that the lowest threshold reaches.
  double auc_pr = 0.0;
};

// For each query whether its best match is right; never so for a query without an accepted reference.
std::vector<bool> best_match_right(std::span<const Ranking> rankings, const GroundTruth& truth);

// Errors: invalid_argument (no query has an accepted reference, so nothing can be right).
Result<RetrievalFigures> evaluate_retrieval(std::span<const Ranking> rankings, const GroundTruth& truth);

}  // namespace bitplace::tools
