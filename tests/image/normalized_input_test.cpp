// From an image to the descriptor of a model whose input is normalised.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "bitplace/describer.h"
#include "core/arena.h"
#include "format/model_file.h"
#include "image/normalize.h"
#include "image/preprocess.h"
#include "support/random.h"

using namespace bitplace;

namespace {

constexpr int kHeight = 90;
constexpr int kWidth = 101;
constexpr std::size_t kCount = std::size_t{kHeight} * kWidth * 3;

// Its features are its input.
ModelContents echo_model() {
  ModelContents contents;
  contents.network = "echo";
  contents.preprocessing.height = kHeight;
  contents.preprocessing.width = kWidth;
  contents.preprocessing.input_type = DataType::f32;
  contents.preprocessing.mean = {0.485f, 0.456f, 0.406f};
  contents.preprocessing.standard_deviation = {0.229f, 0.224f, 0.225f};
  Graph& graph = contents.graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, kHeight, kWidth, 3));
  graph.features = *graph.append({"flatten", Op::reshape, {graph.input}, kNone, {}, {}});
  graph.descriptor = *graph.append({"normalize", Op::l2_normalize, {graph.features}, kNone, {}, {}});
  graph.add_tensor({"unread", DataType::u8, Shape(1), std::vector<std::byte>(1)});  // a file has some
  return contents;
}

std::vector<float> expected_features(Preprocessing rules, const ImageView& image) {
  std::vector<float> table(input_table_bytes(rules.input_type) / sizeof(float));
  fill_input_table(rules, reinterpret_cast<std::byte*>(table.data()));
  rules = Preprocessing();
  rules.height = kHeight;
  rules.width = kWidth;
  const Preprocessor preprocessor(rules, 0);
  auto scratch = AlignedBuffer::allocate(preprocessor.scratch_bytes());
  REQUIRE(scratch.ok());
  std::vector<std::uint8_t> bytes(kCount);
  preprocessor.run(image, bytes.data(), scratch->data());
  std::vector<float> features(kCount);
  for (std::size_t i = 0; i < kCount; ++i)
    features[i] = table[i % 3 * kGreyLevels + bytes[i]];
  return features;
}

}  // namespace

TEST_CASE("a model reads its normalised image on every tier and with every number of threads") {
  const ModelContents contents = echo_model();
  const auto file = encode_model(contents);
  INFO(file.error().message());
  REQUIRE(file.ok());
  const auto model = Model::from_memory(file->data(), file->size());
  INFO(model.error().message());
  REQUIRE(model.ok());

  test::Random random;
  std::vector<std::uint8_t> pixels(160 * 121 * 3);
  for (std::uint8_t& pixel : pixels)
    pixel = static_cast<std::uint8_t>(random.integer(0, 255));
  const ImageView image{pixels.data(), 160, 121, 0, PixelFormat::rgb8};
  const std::vector<float> expected = expected_features(contents.preprocessing, image);
  double squares = 0.0;
  for (const float x : expected)
    squares += static_cast<double>(x) * static_cast<double>(x);

  for (const IsaTier& tier : isa_tiers()) {
    if ((tier.features & ~cpu_features()) != 0) continue;
    PlanOptions plan_options;
    plan_options.isa = tier.name;
    const auto plan = Plan::create(*model, plan_options);
    REQUIRE(plan.ok());
    for (const int threads : {1, 3}) {
      INFO(tier.name << ", " << threads << " threads");
      DescriberOptions options;
      options.threads = threads;
      auto describer = Describer::create(*plan, options);
      REQUIRE(describer.ok());
      std::vector<float> features(kCount);
      REQUIRE(describer->features(image, features.data(), features.size()).ok());
      CHECK(std::memcmp(features.data(), expected.data(), kCount * sizeof(float)) == 0);
      std::vector<float> descriptor(kCount);
      REQUIRE(describer->describe(image, descriptor.data(), kCount * sizeof(float)).ok());
      for (std::size_t i = 0; i < kCount; i += 997) {
        CHECK(static_cast<double>(descriptor[i]) ==
              Approx(static_cast<double>(expected[i]) / std::sqrt(squares)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("a model whose input is s8 reads the codes of the table") {
  ModelContents contents = echo_model();
  contents.preprocessing.input_type = DataType::s8;
  contents.preprocessing.input_scale = 2.64f / 127.0f;
  Graph& graph = contents.graph;
  graph.values[static_cast<std::size_t>(graph.input)].type = DataType::s8;
  graph.values[static_cast<std::size_t>(graph.features)].type = DataType::s8;
  graph.nodes.pop_back();
  graph.values.pop_back();
  graph.descriptor = graph.features;
  const auto file = encode_model(contents);
  INFO(file.error().message());
  REQUIRE(file.ok());
  const auto model = Model::from_memory(file->data(), file->size());
  REQUIRE(model.ok());
  CHECK(model->contents().preprocessing.input_scale == contents.preprocessing.input_scale);
  const auto plan = Plan::create(*model);
  REQUIRE(plan.ok());
  auto describer = Describer::create(*plan);
  REQUIRE(describer.ok());

  std::vector<std::int8_t> table(input_table_bytes(DataType::s8));
  fill_input_table(contents.preprocessing, reinterpret_cast<std::byte*>(table.data()));
  for (const int grey : {0, 1, 127, 200, 255}) {
    const std::vector<std::uint8_t> pixels(50 * 40 * 3, static_cast<std::uint8_t>(grey));
    std::vector<std::int8_t> codes(kCount);
    REQUIRE(describer->describe({pixels.data(), 50, 40, 0, PixelFormat::bgr8}, codes.data(), kCount).ok());
    bool equal = true;
    for (std::size_t i = 0; i < kCount; ++i)
      equal = equal && codes[i] == table[i % 3 * kGreyLevels + static_cast<std::size_t>(grey)];
    CHECK(equal);
  }
}

TEST_CASE("a plan says which kernels make its input") {
  const auto file = encode_model(echo_model());
  const auto model = Model::from_memory(file->data(), file->size());
  REQUIRE(model.ok());
  PlanOptions options;
  options.isa = "ref";
  const auto plan = Plan::create(*model, options);
  REQUIRE(plan.ok());
  CHECK(plan->preprocessing().kernel == "resize__ref + normalize__ref");
  CHECK(plan->preprocessing().operation == "resize bilinear-opencv to rgb + normalize to f32");
  CHECK_FALSE(plan->preprocessing().reference);  // nothing better was allowed
  CHECK(plan->preprocessing().output_bytes == kCount * sizeof(float));
  const auto best = Plan::create(*model);
  REQUIRE(best.ok());
  CHECK((best->preprocessing().isa == "ref") == (best->features() == 0));
  CHECK(plan->preprocessing().passed_over.empty() == (resize_kernels().count == 1));
}
