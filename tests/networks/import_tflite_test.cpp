#include "networks/import_tflite.h"

#include <catch2/catch.hpp>

#include "core/file.h"
#include "graph/text_dump.h"
#include "lowering/evaluate.h"
#include "lowering/lower.h"
#include "networks/network.h"
#include "support/test_data.h"

using namespace bitplace;

namespace {

std::optional<Graph> published_floppynet(const std::string& test) {
  const auto path = test::test_data("models/floppyNet_places365.tflite", test);
  if (!path) return std::nullopt;
  const Result<Checkpoint> checkpoint = read_checkpoint(*path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  const Result<Graph> graph = import_tflite(std::get<TfliteModel>(checkpoint->contents));
  if (!graph.ok()) FAIL(graph.error().message());
  return *graph;
}

std::vector<double> read_pixels(const std::string& path) {
  const auto bytes = read_file(path, 1 << 24);
  REQUIRE(bytes.ok());
  std::vector<double> pixels;
  for (const std::byte byte : *bytes)
    pixels.push_back(static_cast<double>(byte));
  return pixels;
}

std::vector<double> read_floats(const std::string& path) {
  const auto bytes = read_file(path, 1 << 24);
  REQUIRE(bytes.ok());
  std::vector<float> values(bytes->size() / 4);
  std::memcpy(values.data(), bytes->data(), bytes->size());
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("the published FloppyNet is recognised by its structure") {
  const auto graph = published_floppynet("recognise FloppyNet");
  if (!graph) return;
  CHECK(recognise_network(*graph) == "floppynet");
  CHECK(graph->nodes.size() == 10);
}

TEST_CASE("the published FloppyNet gives the golden pool5, as trained and lowered") {
  const auto graph = published_floppynet("golden pool5 of the float graph");
  if (!graph) return;
  const Result<Graph> lowered = lower(*graph, {});
  if (!lowered.ok()) FAIL(lowered.error().message());
  CHECK(lowered->nodes.size() == 5);
  const std::string golden = *test::test_data("golden/floppynet", "golden");
  for (const char* index : {"0", "3"}) {
    std::vector<double> pixels = read_pixels(golden + "/input_" + index + ".u8");
    const std::vector<double> expected = read_floats(golden + "/pool5_" + index + ".f32");
    const auto integer = evaluate(*lowered, pixels);
    REQUIRE(integer.ok());
    CHECK((*integer)[static_cast<std::size_t>(lowered->features)] == expected);
    for (double& pixel : pixels)
      pixel /= 255.0;
    const auto trained = evaluate(*graph, pixels);
    REQUIRE(trained.ok());
    CHECK((*trained)[static_cast<std::size_t>(graph->features)] == expected);
  }
}
