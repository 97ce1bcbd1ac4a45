#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <span>
#include <string>

#include "bench/report/page.h"
#include "bench/report/roofline.h"
#include "core/file.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

class TextFile {
 public:
  explicit TextFile(const std::string& text) : path_("bench_report_" + std::to_string(::getpid()) + ".json") {
    REQUIRE(write_file(path_, std::as_bytes(std::span(text))).ok());
  }
  ~TextFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string benchmark(const std::string& kernel, double milliseconds, const std::string& more = "") {
  return R"({"name": "net/conv1/)" + kernel +
         R"(/real_time", "run_type": "iteration", "time_unit": "ms", "real_time": )" +
         std::to_string(milliseconds) +
         R"(, "MAC": 1e6, "bytes": 1e4, "bytes/s": 1e9, "arithmetic_limit": 2e9, "share": 0.5, "label": "a <loop>")" +
         more + "}";
}

std::string document(const std::string& benchmarks) {
  return R"({"context": {"cpu": "A <CPU>", "isa": "avx2", "date": "today", "read 16 KiB": "2e11"}, "benchmarks": [)" +
         benchmarks + "]}";
}

}  // namespace

TEST_CASE("what is no kernel of ours is kept apart") {
  const TextFile file(document(benchmark("cudnn_s8", 2.0) + "," + benchmark("cudnn_s8", 1.0)));
  const auto results = read_results(file.path());
  REQUIRE(results.ok());
  CHECK(results->measurements.empty());
  REQUIRE(results->libraries.size() == 1);
  CHECK(results->libraries[0].kernel == "cudnn_s8");
  CHECK(results->libraries[0].seconds == Approx(0.001));
}

TEST_CASE("the fastest of repetitions counts, and what failed is told") {
  const TextFile file(document(
      benchmark("convolution_s8_s8__avx2_6x16", 2.0) + "," + benchmark("convolution_s8_s8__avx2_6x16", 1.0) +
      "," +
      benchmark("convolution_s8_s8__ref", 9.0, R"(, "error_occurred": true, "error_message": "differs")")));
  const auto results = read_results(file.path());
  REQUIRE(results.ok());
  REQUIRE(results->measurements.size() == 1);
  const Measurement& m = results->measurements[0];
  CHECK(m.seconds == Approx(0.001));
  CHECK(m.rate() == Approx(1e9));
  CHECK(m.table() == "convolution_s8_s8");
  CHECK(m.tier() == "avx2");
  CHECK(results->levels.size() == 1);
  REQUIRE(results->failures.size() == 1);
  CHECK(results->failures[0].find("differs") != std::string::npos);
}

TEST_CASE("the page holds each kernel, escapes its texts and plots what has arithmetic") {
  const TextFile file(document(benchmark("convolution_s8_s8__avx2_6x16", 1.0)));
  const auto results = read_results(file.path());
  REQUIRE(results.ok());
  const std::string page = report_page(*results);
  CHECK(page.find("avx2_6x16") != std::string::npos);
  CHECK(page.find("A &lt;CPU&gt;") != std::string::npos);
  CHECK(page.find("<loop>") == std::string::npos);
  CHECK(roofline(*results, "convolution_s8_s8").find("<circle") != std::string::npos);
  CHECK(roofline(*results, "another").empty());
}

TEST_CASE("what is no result of the benchmarks is refused by name") {
  for (const std::string& text :
       {std::string("[]"), std::string("{"), document(""), std::string(R"({"context": {}})")}) {
    const TextFile file(text);
    const auto results = read_results(file.path());
    REQUIRE_FALSE(results.ok());
    CHECK(std::string(results.error().message()).find(file.path()) != std::string::npos);
  }
  CHECK_FALSE(read_results("/nonexistent.json").ok());
}
