#include "vprtrain/loop/run_log.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "vprtrain/training_files.h"

using namespace bitplace;
using namespace bitplace::train;
using Catch::Matchers::Contains;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

RunLog opened(const std::string& path, std::int64_t bytes) {
  Result<RunLog> log = RunLog::open(path, bytes);
  if (!log.ok()) FAIL(log.error().message());
  return *std::move(log);
}

LossWindow window_of(double total, double first, double second) {
  LossWindow window;
  window.add(total, {{"first", first}, {"second", second}});
  return window;
}

}  // namespace

TEST_CASE("a window holds the means of its steps, and survives being written down") {
  LossWindow window;
  CHECK(window.empty());
  window.add(1.0, {{"a", 0.1}});
  window.add(2.0, {{"a", 0.2}, {"b", 8.0}});
  const LossWindow again = LossWindow::from_json(tools::Json::parse(window.to_json().dump()));
  for (const LossWindow& one : {window, again}) {
    CHECK(one.total() == 1.5);
    CHECK(one.part("a") == (0.1 + 0.2) / 2.0);
    CHECK(one.part("b") == 4.0);
    CHECK_FALSE(one.part("c"));
  }
}

TEST_CASE("a log goes on where it was saved, and forgets the rest") {
  const test::TrainingFolder folder;
  const std::string path = folder.path() + "/log.csv";
  std::int64_t saved = 0;
  {
    RunLog log = opened(path, 0);
    REQUIRE(log.write({10, 0.5, 0.001, std::nullopt}, window_of(0.75, 0.5, 0.25)).ok());
    REQUIRE(log.flush().ok());
    saved = log.bytes();
    REQUIRE(log.write({20, 1.0, 0.001, Recall{0.25, 0.5}}, window_of(0.5, 0.25, 0.25)).ok());
  }
  const std::string whole = text_of(path);
  CHECK(whole ==
        "step,epoch,loss,first,second,learning_rate,recall_1,recall_5\n"
        "10,0.5,0.75,0.5,0.25,0.001,,\n"
        "20,1,0.5,0.25,0.25,0.001,0.25,0.5\n");
  {
    RunLog log = opened(path, saved);
    CHECK(text_of(path).size() == static_cast<std::size_t>(saved));
    REQUIRE(log.write({20, 1.0, 0.001, Recall{0.25, 0.5}}, window_of(0.5, 0.25, 0.25)).ok());
  }
  CHECK(text_of(path) == whole);
  CHECK_THAT(RunLog::open(path, 100000).error().message(), Contains("shorter"));
  opened(path, 0);
  CHECK(text_of(path).empty());
}
