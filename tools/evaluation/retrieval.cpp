#include "evaluation/retrieval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace bitplace::tools {
namespace {

struct BestMatch {
  float score = 0.0f;
  bool right = false;
};

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Position of the first right reference in a ranking, or its length.
std::size_t first_right(const Ranking& ranking, const GroundTruth& truth, std::int64_t query) {
  const auto found = std::find_if(ranking.begin(), ranking.end(),
                                  [&](const Match& match) { return truth.is_right(query, match.index); });
  return static_cast<std::size_t>(found - ranking.begin());
}

// Best matches in falling order of score; what is not a number comes last, so that the order is total.
std::vector<BestMatch> best_matches(std::span<const Ranking> rankings, const GroundTruth& truth) {
  std::vector<BestMatch> best;
  for (std::size_t query = 0; query < rankings.size(); ++query) {
    if (rankings[query].empty()) continue;
    const Match& match = rankings[query].front();
    const float score = std::isnan(match.score) ? -std::numeric_limits<float>::infinity() : match.score;
    best.push_back({score, truth.is_right(static_cast<std::int64_t>(query), match.index)});
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const BestMatch& a, const BestMatch& b) { return a.score > b.score; });
  return best;
}

// A threshold accepts all matches of equal score together.
std::vector<PrecisionRecall> precision_recall_curve(const std::vector<BestMatch>& best,
                                                    std::int64_t matchable) {
  std::vector<PrecisionRecall> curve{{std::numeric_limits<float>::infinity(), 1.0, 0.0}};
  std::int64_t right = 0;
  for (std::size_t i = 0; i < best.size(); ++i) {
    right += best[i].right ? 1 : 0;
    if (i + 1 < best.size() && best[i + 1].score == best[i].score) continue;
    curve.push_back({best[i].score, share(right, static_cast<std::int64_t>(i) + 1), share(right, matchable)});
  }
  return curve;
}

double area(const std::vector<PrecisionRecall>& curve) {
  double sum = 0.0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    sum += (curve[i].recall - curve[i - 1].recall) * (curve[i].precision + curve[i - 1].precision) / 2.0;
  }
  return sum;
}

}  // namespace

std::vector<bool> best_match_right(std::span<const Ranking> rankings, const GroundTruth& truth) {
  std::vector<bool> right(rankings.size());
  for (std::size_t query = 0; query < rankings.size(); ++query)
    right[query] = !rankings[query].empty() &&
                   first_right(rankings[query], truth, static_cast<std::int64_t>(query)) == 0;
  return right;
}

Result<RetrievalFigures> evaluate_retrieval(std::span<const Ranking> rankings, const GroundTruth& truth) {
  RetrievalFigures figures;
  figures.queries = static_cast<std::int64_t>(rankings.size());
  figures.queries_without_reference = truth.queries_without_reference();
  const std::int64_t matchable = figures.queries - figures.queries_without_reference;
  if (matchable <= 0) {
    return make_error(ErrorCode::invalid_argument, "ground truth", "no query has an accepted reference");
  }
  std::array<std::int64_t, kRecallDepths.size()> found{};
  for (std::size_t query = 0; query < rankings.size(); ++query) {
    const std::size_t position = first_right(rankings[query], truth, static_cast<std::int64_t>(query));
    if (position == rankings[query].size()) continue;
    for (std::size_t d = 0; d < kRecallDepths.size(); ++d)
      found[d] += position < static_cast<std::size_t>(kRecallDepths[d]) ? 1 : 0;
  }
  for (std::size_t d = 0; d < kRecallDepths.size(); ++d) {
    figures.recall[d] = share(found[d], figures.queries);
    figures.recall_of_matchable[d] = share(found[d], matchable);
  }
  figures.s_p100 = figures.recall_of_matchable[0];
  figures.curve = precision_recall_curve(best_matches(rankings, truth), matchable);
  for (const PrecisionRecall& point : figures.curve) {
    if (point.precision == 1.0) figures.recall_at_100_precision = point.recall;
  }
  figures.auc_pr = area(figures.curve);
  return figures;
}

}  // namespace bitplace::tools
