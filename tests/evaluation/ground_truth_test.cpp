#include "evaluation/ground_truth.h"

#include <catch2/catch.hpp>

using namespace bitplace::tools;

namespace {

bitplace::Result<GroundTruth> truth_of(std::string_view text) {
  const auto table = parse_csv(text, "gt.csv");
  REQUIRE(table.ok());
  return ground_truth_from(*table, 4, 3);
}

std::string message_of(std::string_view text) {
  const auto truth = truth_of(text);
  return truth.ok() ? "accepted" : truth.error().message();
}

}  // namespace

TEST_CASE("the ground truth lists the accepted references of each query in rising order") {
  const auto truth = truth_of("query_index,ref_indices\n0,2 0\n3,1\n1,\n");
  REQUIRE(truth.ok());
  REQUIRE(truth->accepted.size() == 4);
  CHECK(truth->accepted[0] == std::vector<std::int64_t>{0, 2});
  CHECK(truth->accepted[1].empty());
  CHECK(truth->accepted[2].empty());
  CHECK(truth->accepted[3] == std::vector<std::int64_t>{1});
  CHECK(truth->queries_without_reference() == 2);
  CHECK(truth->is_right(0, 2));
  CHECK_FALSE(truth->is_right(0, 1));
  CHECK_FALSE(truth->is_right(1, 0));
}

TEST_CASE("a ground truth that contradicts the image lists is refused with its line") {
  const std::string heading = "query_index,ref_indices\n";
  CHECK(message_of(heading + "4,0\n") == "gt.csv: line 2: query '4' is not a whole number from 0 to 3");
  CHECK(message_of(heading + "-1,0\n") == "gt.csv: line 2: query '-1' is not a whole number from 0 to 3");
  CHECK(message_of(heading + "0,0\n1,0 3\n") ==
        "gt.csv: line 3: reference '3' is not a whole number from 0 to 2");
  CHECK(message_of(heading + "0,0;1\n") ==
        "gt.csv: line 2: reference '0;1' is not a whole number from 0 to 2");
  CHECK(message_of(heading + "0,1 0 1\n") == "gt.csv: line 2: reference 1 comes twice");
  CHECK(message_of(heading + "0,0\n2,1\n0,1\n") == "gt.csv: line 4: query 0 comes twice");
  CHECK(message_of("query,refs\n0,0\n") == "gt.csv: line 1: no column 'query_index' among: query, refs");
}

TEST_CASE("a ground truth file that does not exist is an error that names it") {
  const auto truth = read_ground_truth("/nonexistent/gt.csv", 1, 1);
  REQUIRE_FALSE(truth.ok());
  CHECK(truth.error().code() == bitplace::ErrorCode::io);
  CHECK(std::string(truth.error().message()).find("/nonexistent/gt.csv") == 0);
}
