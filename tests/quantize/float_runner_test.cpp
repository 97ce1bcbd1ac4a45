#include "quantize/float_runner.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "bitplace/describer.h"
#include "core/error.h"
#include "float_network.h"
#include "format/model_file.h"
#include "lowering/evaluate.h"
#include "support/layered_model.h"
#include "support/tiny_model.h"

using namespace bitplace;

namespace {

DecodedImage noise(int height, int width) {
  test::Random random;
  DecodedImage image;
  image.width = width;
  image.height = height;
  image.pixels.resize(static_cast<std::size_t>(height * width * 3));
  for (std::uint8_t& pixel : image.pixels)
    pixel = static_cast<std::uint8_t>(random.integer(0, 255));
  return image;
}

DecodedImage noise_for(const ModelContents& model) {
  return noise(model.preprocessing.height, model.preprocessing.width);
}

FloatRunner runner_of(const ModelContents& model, std::vector<float> scales = {}) {
  Result<FloatRunner> runner = FloatRunner::create(model, std::move(scales));
  if (!runner.ok()) FAIL(runner.error().message());
  return *std::move(runner);
}

std::size_t index(ValueId value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

TEST_CASE("the runner shows the numbers that integer arithmetic gives, bits as signs") {
  const ModelContents model = test::tiny_model();
  const DecodedImage image = noise_for(model);
  const Result<EvaluatedValues> expected =
      evaluate(model.graph, std::vector<double>(image.pixels.begin(), image.pixels.end()));
  REQUIRE(expected.ok());
  const auto values = test::values_on(model, image.view());
  for (std::size_t v = 0; v < values.size(); ++v) {
    INFO(model.graph.values[v].name);
    REQUIRE(values[v].size() == (*expected)[v].size());
    for (std::size_t i = 0; i < values[v].size(); ++i)
      REQUIRE(values[v][i] == Approx((*expected)[v][i]).epsilon(1e-6));
  }
}

TEST_CASE("the runner ends with what a describer gives") {
  test::Random random;
  for (const ModelContents& model :
       {test::float_model(random, DataType::f32), test::float_model(random, DataType::f16),
        test::quantized_model(random)}) {
    const DecodedImage image = noise(31, 17);
    const auto values = test::values_on(model, image.view());
    const Result<std::vector<std::byte>> bytes = encode_model(model);
    REQUIRE(bytes.ok());
    const Result<Model> opened = Model::from_memory(bytes->data(), bytes->size());
    const Result<Plan> plan = Plan::create(*opened);
    Result<Describer> describer = Describer::create(*plan);
    REQUIRE(describer.ok());
    const Result<DescriptorView> descriptor = describer->describe(image.view());
    const std::vector<float>& shown = values[index(model.graph.descriptor)];
    CHECK(std::memcmp(shown.data(), descriptor->data, shown.size() * sizeof(float)) == 0);
    std::vector<float> features(describer->feature_count());
    REQUIRE(describer->features(image.view(), features.data(), features.size()).ok());
    CHECK(values[index(model.graph.features)] == features);
  }
}

TEST_CASE("codes are shown in the scale given") {
  test::Random random;
  const ModelContents model = test::quantized_model(random);
  const DecodedImage image = noise_for(model);
  std::vector<float> scales(model.graph.values.size(), 1.0f);
  const ValueId first = model.graph.nodes[0].output;
  scales[index(first)] = 0.125f;
  const std::vector<float> codes = test::values_on(model, image.view())[index(first)];
  FloatRunner runner = runner_of(model, scales);
  std::vector<float> shown;
  REQUIRE(runner
              .run(image.view(),
                   [&](ValueId value, const float* numbers, std::int64_t count) {
                     if (value == first) shown.assign(numbers, numbers + count);
                     return Status();
                   })
              .ok());
  REQUIRE(shown.size() == codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i)
    REQUIRE(shown[i] == 0.125f * codes[i]);
}

TEST_CASE("the runner stops behind the last value wanted, and at an error") {
  test::Random random;
  const ModelContents model = test::float_model_of(test::inverted_residuals(random, 6.0f, 1.0f));
  const DecodedImage image = noise_for(model);
  FloatRunner runner = runner_of(model);
  const ValueId third = model.graph.nodes[2].output;
  std::vector<ValueId> shown;
  const auto note = [&](ValueId value, const float*, std::int64_t) {
    shown.push_back(value);
    return Status();
  };
  REQUIRE(runner.run(image.view(), note, third).ok());
  CHECK(shown == std::vector<ValueId>{model.graph.input, model.graph.nodes[0].output,
                                      model.graph.nodes[1].output, third});
  shown.clear();
  REQUIRE(runner.run(image.view(), note).ok());
  CHECK(shown.size() == model.graph.values.size());
  const Status failed = runner.run(image.view(), [&](ValueId, const float*, std::int64_t) -> Status {
    return make_error(ErrorCode::io, "observer", "has enough");
  });
  CHECK(std::string(failed.error().message()) == "observer: has enough");
  CHECK(runner.run({nullptr, 4, 4, 0, PixelFormat::rgb8}, note).error().code() ==
        ErrorCode::invalid_argument);
}
