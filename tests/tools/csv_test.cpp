#include "common/csv.h"

#include <catch2/catch.hpp>

using bitplace::tools::parse_csv;
using bitplace::tools::parse_index;

TEST_CASE("a CSV file gives its heading and its rows with their lines") {
  const auto table = parse_csv("\xEF\xBB\xBFname,value\r\n\r\na,1\r\n\"b, \"\"c\"\"\",\n", "t.csv");
  REQUIRE(table.ok());
  CHECK(table->heading == std::vector<std::string>{"name", "value"});
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[0].line == 3);
  CHECK(table->rows[0].fields == std::vector<std::string>{"a", "1"});
  CHECK(table->rows[1].line == 4);
  CHECK(table->rows[1].fields == std::vector<std::string>{"b, \"c\"", ""});
  CHECK(*table->required_column("value") == 1);
}

TEST_CASE("what is wrong in a CSV file is said with its line") {
  const auto message = [](std::string_view text) {
    const auto table = parse_csv(text, "t.csv");
    return table.ok() ? std::string("accepted") : std::string(table.error().message());
  };
  CHECK(message("") == "t.csv: line 1: no heading");
  CHECK(message("a,b\n1,2\n1,2,3\n") == "t.csv: line 3: 3 fields where the heading has 2");
  CHECK(message("a,b\n\"1,2\n") == "t.csv: line 2: a quote that does not close its field");
  CHECK(message("a,b\n1,\"2\"x\n") == "t.csv: line 2: a quote that does not close its field");
  CHECK(message("a,b\n1\"x\",2\n") == "t.csv: line 2: a quote that does not close its field");
}

TEST_CASE("a missing column is named together with those that exist") {
  const auto table = parse_csv("index,split\n", "frames.csv");
  REQUIRE(table.ok());
  CHECK(std::string(table->required_column("part").error().message()) ==
        "frames.csv: line 1: no column 'part' among: index, split");
}

TEST_CASE("an index is a whole number below its limit and nothing else") {
  CHECK(parse_index("0", 3) == 0);
  CHECK(parse_index("2", 3) == 2);
  for (const char* wrong : {"", "3", "-1", "1.0", " 1", "1 ", "+1", "x", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(parse_index(wrong, 3).has_value());
  }
}
