// Descriptors of real-valued features, against the f32 descriptor of the same model.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "bitplace/describer.h"
#include "format/model_file.h"
#include "graph/validate.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"
#include "support/layered_model.h"

using namespace bitplace;

namespace {

// The graph up to the value that the last node of this name writes, which becomes the features.
void cut_behind(Graph* graph, const std::string& name) {
  while (graph->nodes.back().name != name)
    graph->nodes.pop_back();
  graph->features = graph->descriptor = graph->nodes.back().output;
  graph->values.resize(static_cast<std::size_t>(graph->features) + 1);
}

// A model whose last layer is f32, f16 or s8.
ModelContents model_with_features(DataType type, test::Random& random) {
  ModelContents contents =
      type == DataType::s8 ? test::quantized_model(random) : test::float_model(random, type);
  cut_behind(&contents.graph, type == DataType::s8 ? "gated" : "last");
  REQUIRE(value_at(contents.graph, contents.graph.features).type == type);
  return contents;
}

struct Picture {
  std::vector<std::uint8_t> pixels;
  ImageView view;

  Picture(const Preprocessing& size, test::Random& random)
      : pixels(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3) {
    for (std::uint8_t& pixel : pixels)
      pixel = static_cast<std::uint8_t>(random.integer(0, 255));
    view = {pixels.data(), size.width, size.height, 0, PixelFormat::rgb8};
  }
};

// The descriptor's bytes on the kernels of this machine, through the file format.
std::vector<std::uint8_t> describe(const ModelContents& contents, const DescriptorEncoding& encoding,
                                   const ImageView& image) {
  ModelContents encoded = contents;
  const Result<Graph> graph = encode_descriptor(contents.graph, encoding);
  if (!graph.ok()) FAIL(graph.error().message());
  const Status deployable = validate_deployable(*graph);
  if (!deployable.ok()) FAIL(deployable.error().message());
  encoded.graph = *graph;
  const auto bytes = encode_model(encoded);
  if (!bytes.ok()) FAIL(bytes.error().message());
  const auto model = Model::from_memory(bytes->data(), bytes->size(), "test");
  if (!model.ok()) FAIL(model.error().message());
  const auto plan = Plan::create(*model);
  if (!plan.ok()) FAIL(plan.error().message());
  auto describer = Describer::create(*plan);
  if (!describer.ok()) FAIL(describer.error().message());
  std::vector<std::uint8_t> descriptor(describer->descriptor_spec().bytes());
  REQUIRE(describer->describe(image, descriptor.data(), descriptor.size()).ok());
  return descriptor;
}

std::vector<float> describe_f32(const ModelContents& contents, const ImageView& image) {
  const std::vector<std::uint8_t> bytes = describe(contents, {}, image);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

bool bit(const std::vector<std::uint8_t>& bits, std::size_t i) {
  return (bits[i / 8] >> i % 8 & 1) != 0;
}

}  // namespace

TEST_CASE("real features become signs, bits and codes of the normalised vector") {
  test::Random random;
  for (const DataType type : {DataType::f32, DataType::f16, DataType::s8}) {
    CAPTURE(data_type_name(type));
    const ModelContents contents = model_with_features(type, random);
    const Picture picture(contents.preprocessing, random);
    const std::vector<float> normalized = describe_f32(contents, picture.view);
    double squares = 0.0;
    for (const float x : normalized)
      squares += static_cast<double>(x) * static_cast<double>(x);
    REQUIRE(squares == Approx(1.0).epsilon(1e-5));

    // A third of the thresholds are the values themselves: not below, so the bit is 0.
    DescriptorEncoding medians;
    medians.type = DataType::b1;
    for (std::size_t i = 0; i < normalized.size(); ++i) {
      const float above = std::nextafter(normalized[i], 2.0f);
      medians.normalized_thresholds.push_back(i % 3 == 0 ? normalized[i] : i % 3 == 1 ? above : -0.01f);
    }
    const auto signs = describe(contents, {DataType::b1, 1.0f, {}}, picture.view);
    const auto compared = describe(contents, medians, picture.view);
    const auto codes = describe(contents, {DataType::s8, 900.0f, {}}, picture.view);
    REQUIRE(signs.size() == (normalized.size() + 7) / 8);
    REQUIRE(codes.size() == normalized.size());
    for (std::size_t i = 0; i < normalized.size(); ++i) {
      CHECK(bit(signs, i) == (normalized[i] < 0.0f));
      CHECK(bit(compared, i) == (normalized[i] < medians.normalized_thresholds[i]));
      const float scaled = std::nearbyint(std::fmin(127.0f, std::fmax(-127.0f, normalized[i] * 900.0f)));
      CHECK(static_cast<float>(static_cast<std::int8_t>(codes[i])) == scaled);
    }
  }
}

TEST_CASE("thresholds of the wrong kind or number are refused") {
  test::Random random;
  const ModelContents contents = model_with_features(DataType::f32, random);
  const auto count =
      static_cast<std::size_t>(value_at(contents.graph, contents.graph.features).shape.elements());
  DescriptorEncoding integers;
  integers.type = DataType::b1;
  integers.thresholds.assign(count, 0);
  DescriptorEncoding too_few;
  too_few.type = DataType::b1;
  too_few.normalized_thresholds.assign(count - 1, 0.0f);
  for (const DescriptorEncoding& encoding : {integers, too_few}) {
    const Result<Graph> encoded = encode_descriptor(contents.graph, encoding);
    REQUIRE_FALSE(encoded.ok());
    CHECK(encoded.error().code() == ErrorCode::invalid_argument);
  }
  DescriptorEncoding not_finite;
  not_finite.type = DataType::b1;
  not_finite.normalized_thresholds.assign(count, std::nanf(""));
  const Result<Graph> encoded = encode_descriptor(contents.graph, not_finite);
  CHECK((!encoded.ok() || !validate_deployable(*encoded).ok()));
}

TEST_CASE("sign bits of whole words are taken before they are flattened") {
  Graph graph;
  graph.input = graph.add_value("features", DataType::f32, Shape(1, 2, 3, 64));
  graph.features = graph.descriptor = graph.input;
  const Result<Graph> encoded = encode_descriptor(graph, {DataType::b1, 1.0f, {}});
  REQUIRE(encoded.ok());
  REQUIRE(encoded->nodes.size() == 2);
  CHECK(encoded->nodes[0].op == Op::sign);
  CHECK(encoded->nodes[1].op == Op::reshape);
}
