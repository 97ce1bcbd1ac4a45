#include "evaluation/retrieval.h"

#include <catch2/catch.hpp>

using namespace bitplace;
using namespace bitplace::tools;

namespace {

// A ranking of the given references whose first has the given score.
Ranking ranking_of(std::vector<std::int64_t> indices, float score) {
  Ranking ranking;
  for (const std::int64_t index : indices)
    ranking.push_back({index, index, score});
  return ranking;
}

}  // namespace

TEST_CASE("recall counts all queries, recall of the matchable only those with a reference") {
  // Right at position 0, at position 4, at position 5, never, and without any reference.
  const GroundTruth truth{{{7}, {4}, {5}, {30}, {}}};
  const std::vector<std::int64_t> in_order{0, 1, 2, 3, 4, 5, 6};
  const std::vector<Ranking> rankings{ranking_of({7, 1}, 0.9f), ranking_of(in_order, 0.8f),
                                      ranking_of(in_order, 0.7f), ranking_of(in_order, 0.6f),
                                      ranking_of(in_order, 0.5f)};
  const auto figures = evaluate_retrieval(rankings, truth);
  REQUIRE(figures.ok());
  CHECK(figures->queries == 5);
  CHECK(figures->queries_without_reference == 1);
  CHECK(figures->recall[0] == Approx(1.0 / 5));
  CHECK(figures->recall[1] == Approx(2.0 / 5));
  CHECK(figures->recall[2] == Approx(3.0 / 5));
  CHECK(figures->recall[3] == Approx(3.0 / 5));
  CHECK(figures->recall_of_matchable[0] == Approx(1.0 / 4));
  CHECK(figures->recall_of_matchable[1] == Approx(2.0 / 4));
  CHECK(figures->recall_of_matchable[2] == Approx(3.0 / 4));
  CHECK(figures->s_p100 == Approx(1.0 / 4));
}

TEST_CASE("recall at 20 looks at twenty references and no further") {
  std::vector<std::int64_t> indices(25);
  for (std::size_t i = 0; i < indices.size(); ++i)
    indices[i] = static_cast<std::int64_t>(i);
  const std::vector<Ranking> rankings{ranking_of(indices, 1.0f), ranking_of(indices, 1.0f)};
  const auto figures = evaluate_retrieval(rankings, GroundTruth{{{19}, {20}}});
  REQUIRE(figures.ok());
  CHECK(figures->recall[3] == 0.5);
  CHECK(figures->recall[2] == 0.0);
}

TEST_CASE("the precision-recall curve has one point per distinct score") {
  // Best matches by score: right .9, right .8, wrong .7, right .7 (a tie), wrong .1.
  const GroundTruth truth{{{1}, {1}, {1}, {1}, {1}}};
  const std::vector<Ranking> rankings{ranking_of({1}, 0.9f), ranking_of({0}, 0.7f), ranking_of({1}, 0.8f),
                                      ranking_of({1}, 0.7f), ranking_of({0}, 0.1f)};
  const auto figures = evaluate_retrieval(rankings, truth);
  REQUIRE(figures.ok());
  REQUIRE(figures->curve.size() == 5);
  CHECK(figures->curve[0].precision == 1.0);
  CHECK(figures->curve[0].recall == 0.0);
  CHECK(figures->curve[1].precision == 1.0);
  CHECK(figures->curve[1].recall == Approx(0.2));
  CHECK(figures->curve[2].precision == 1.0);
  CHECK(figures->curve[2].recall == Approx(0.4));
  CHECK(figures->curve[3].precision == Approx(0.75));
  CHECK(figures->curve[3].recall == Approx(0.6));
  CHECK(figures->curve[3].threshold == 0.7f);
  CHECK(figures->curve[4].precision == Approx(0.6));
  CHECK(figures->curve[4].recall == Approx(0.6));
  CHECK(figures->recall_at_100_precision == Approx(0.4));
  // 0.4 at precision 1, then a trapezoid from 1 to 0.75 over 0.2; the last point adds no recall.
  CHECK(figures->auc_pr == Approx(0.4 + 0.2 * 0.875));
}

TEST_CASE("a false match with the highest score leaves no recall at full precision") {
  const GroundTruth truth{{{1}, {1}}};
  const std::vector<Ranking> rankings{ranking_of({0}, 0.9f), ranking_of({1}, 0.8f)};
  const auto figures = evaluate_retrieval(rankings, truth);
  REQUIRE(figures.ok());
  CHECK(figures->recall_at_100_precision == 0.0);
  // From (0, 1) to (0, 0): no recall; then from precision 0 to 1/2 over recall 1/2.
  CHECK(figures->auc_pr == Approx(0.5 * 0.25));
}

TEST_CASE("a query without a reference can only make precision worse") {
  const GroundTruth truth{{{1}, {}}};
  const std::vector<Ranking> rankings{ranking_of({1}, 0.8f), ranking_of({1}, 0.9f)};
  const auto figures = evaluate_retrieval(rankings, truth);
  REQUIRE(figures.ok());
  CHECK(figures->recall_at_100_precision == 0.0);
  CHECK(figures->recall[0] == 0.5);
  CHECK(figures->recall_of_matchable[0] == 1.0);
}

TEST_CASE("a best match is right where the truth accepts it, and only the first place counts") {
  const GroundTruth truth{{{1}, {1}, {}, {1}}};
  const std::vector<Ranking> rankings{ranking_of({1, 0}, 0.9f), ranking_of({0, 1}, 0.9f),
                                      ranking_of({0}, 0.9f), Ranking{}};
  CHECK(best_match_right(rankings, truth) == std::vector<bool>{true, false, false, false});
}

TEST_CASE("a ground truth without a single accepted reference cannot be evaluated") {
  const auto figures = evaluate_retrieval(std::vector<Ranking>{ranking_of({0}, 1.0f)}, GroundTruth{{{}}});
  REQUIRE_FALSE(figures.ok());
  CHECK(std::string(figures.error().message()) == "ground truth: no query has an accepted reference");
}
