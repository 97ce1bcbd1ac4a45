#include "common/text_table.h"

#include <catch2/catch.hpp>

#include "common/progress.h"

using namespace bitplace::tools;

TEST_CASE("a table aligns its columns and counts UTF-8 characters as one column") {
  TextTable table({{"set", Align::left}, {"R@1", Align::right}});
  table.add_row({"Zürich", "0.5"});
  table.add_row({"x"});
  CHECK(table.text() ==
        "set     R@1\n"
        "------  ---\n"
        "Zürich  0.5\n"
        "x\n");
}

TEST_CASE("numbers, sizes and durations read well") {
  CHECK(fixed(0.76576, 3) == "0.766");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(157594) == "153.9 KiB");
  CHECK(bytes_text(2097152) == "2.0 MiB");
  CHECK(duration_text(42.4) == "42 s");
  CHECK(duration_text(190) == "3 min 10 s");
  CHECK(duration_text(7500) == "2 h 5 min");
}
