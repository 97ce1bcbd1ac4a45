#include "evaluation/split.h"

#include <catch2/catch.hpp>

using namespace bitplace::tools;
using Indices = std::vector<std::int64_t>;

namespace {

CsvTable table_of(std::string_view text) {
  auto table = parse_csv(text, "frames.csv");
  REQUIRE(table.ok());
  return *std::move(table);
}

std::string message_of(std::string_view text) {
  const auto split = split_from(table_of(text), "test", 3, 4);
  return split.ok() ? "accepted" : split.error().message();
}

}  // namespace

TEST_CASE("a split selects references and queries by the index column") {
  const auto split = split_from(table_of("index,split\n3,test\n0,train\n1,test\n"), "test", 3, 4);
  REQUIRE(split.ok());
  CHECK(split->references == Indices{1});
  CHECK(split->queries == Indices{1, 3});
}

TEST_CASE("without an index column a row's position is its index") {
  const auto split = split_from(table_of("frame,split\n90,train\n70,test\n80,test\n"), "test", 3, 4);
  REQUIRE(split.ok());
  CHECK(split->references == Indices{1, 2});
  CHECK(split->queries == Indices{1, 2});
}

TEST_CASE("the truth of a split counts the kept images only") {
  const GroundTruth truth{{{0, 1}, {1, 2}, {0}, {2}}};
  const GroundTruth kept = restricted(truth, {{1, 2}, {0, 1, 2}});
  REQUIRE(kept.accepted.size() == 3);
  CHECK(kept.accepted[0] == Indices{0});     // reference 1 became 0, reference 0 is gone
  CHECK(kept.accepted[1] == Indices{0, 1});  // both are kept
  CHECK(kept.accepted[2].empty());
  CHECK(restricted(truth, whole_set(3, 4)).accepted == truth.accepted);
}

TEST_CASE("a split that does not fit the images is refused with its line") {
  CHECK(message_of("index,split\n4,test\n") ==
        "frames.csv: line 2: index '4' is not a whole number from 0 to 3");
  CHECK(message_of("index,split\n1,test\n1,train\n") == "frames.csv: line 3: index 1 comes twice");
  CHECK(message_of("index,part\n1,test\n") == "frames.csv: line 1: no column 'split' among: index, part");
  CHECK(message_of("index,split\n0,train\n1,val\n") ==
        "frames.csv: split: no references and queries are 'test'; the file knows: 'train', 'val'");
  CHECK(std::string(read_split("frames.csv", 1, 1).error().message()) ==
        "frames.csv: split: expected FILE:NAME");
}
