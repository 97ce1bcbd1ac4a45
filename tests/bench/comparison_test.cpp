#include <catch2/catch.hpp>

#include "bench/report/comparison.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

Measurement measured(const char* layer, const char* kernel, double microseconds, double share = 0) {
  Measurement m;
  m.network = "net";
  m.layer = layer;
  m.kernel = kernel;
  m.seconds = microseconds * 1e-6;
  m.share = share;
  return m;
}

// Two layers of one image and one of four; the first has a slow row beside the fast one.
std::vector<Results> files() {
  Results ours;
  ours.measurements = {measured("c1@1", "convolution_s8_s8__slow", 40, 0.1),
                       measured("c1@1", "convolution_s8_s8__fast", 10, 0.9),
                       measured("c1@1", "convolution_b1_b1__bits", 5, 0.5),
                       measured("c2@1", "convolution_s8_s8__fast", 20, 0.4),
                       measured("c2@4", "convolution_s8_s8__fast", 60, 0.6)};
  ours.libraries = {measured("c1@1", "cudnn_s8", 20), measured("c2@1", "cudnn_s8", 160)};
  Results other;
  other.libraries = {measured("c2@4", "libtorch_f16", 90)};
  return {ours, other};
}

std::string line_with(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the fastest kernel of each table stands beside the libraries") {
  const std::string table = comparison_table(files());
  CHECK_FALSE(has(table, "slow"));
  const std::string codes = line_with(table, "net/c1@1  convolution_s8_s8__fast");
  CHECK(has(codes, "10.00"));
  CHECK(has(codes, "90 %"));
  CHECK(has(codes, "2.00 x"));
  CHECK(has(codes, " -"));
  CHECK(has(line_with(table, "convolution_b1_b1__bits"), "4.00 x"));
  CHECK(has(line_with(table, "net/c2@4"), "1.50 x"));
}

TEST_CASE("a summary has geometric means by table and number of images") {
  const std::string summary = comparison_summary(files());
  const std::string codes = line_with(summary, "convolution_s8_s8");
  CHECK(has(codes, "60 %"));    // of 0.9 and 0.4
  CHECK(has(codes, "4.00 x"));  // of 2 and 8
  CHECK(has(line_with(summary, "convolution_b1_b1"), "50 %"));
  const std::size_t second = summary.find("convolution_s8_s8", summary.find("convolution_s8_s8") + 1);
  REQUIRE(second != std::string::npos);
  CHECK(has(summary.substr(second), "1.50 x"));
}

TEST_CASE("without libraries there are none in the table") {
  auto alone = files();
  alone[0].libraries.clear();
  alone.pop_back();
  CHECK_FALSE(has(comparison_table(alone), " x"));
  CHECK(has(comparison_summary(alone), "convolution_b1_b1"));
}
