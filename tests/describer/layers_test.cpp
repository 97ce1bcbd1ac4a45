// Models of quantized and float layers on every tier of this CPU.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "describer_support.h"
#include "support/layered_model.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// Calls check(tier, bytes of the descriptor) for every tier and several numbers of threads.
template <typename Check>
void describe_everywhere(const Model& model, const Picture& picture, Check check) {
  for (const IsaTier& tier : isa_tiers()) {
    if ((tier.features & ~cpu_features()) != 0) continue;
    for (const int threads : {1, 3}) {
      CAPTURE(tier.name, threads);
      Describer describer = describer_of(model, tier.name, threads);
      const std::vector<std::byte> first = bytes_of(describer.describe(picture.view));
      CHECK(bytes_of(describer.describe(picture.view)) == first);  // nothing is left over from a frame
      check(tier.name, first);
    }
  }
}

std::vector<float> floats_of(const std::vector<std::byte>& bytes) {
  std::vector<float> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return dot / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("quantized and binary models give the same bytes on every tier and with every number of threads") {
  Random random;
  for (int round = 0; round < 14; ++round) {
    const Model model = model_of(round % 3 == 2 ? binary_model(random) : quantized_model(random));
    const Picture picture = random_picture(random, model.input_width(), model.input_height());
    Describer reference = describer_of(model, "ref", 1);
    const std::vector<std::byte> expected = bytes_of(reference.describe(picture.view));
    CAPTURE(round);
    describe_everywhere(model, picture,
                        [&](const char*, const std::vector<std::byte>& bytes) { CHECK(bytes == expected); });
  }
}

TEST_CASE("float models agree on every tier, and to the bit within one") {
  Random random;
  for (const DataType type : {DataType::f32, DataType::f16}) {
    for (int round = 0; round < 4; ++round) {
      const Model model = model_of(float_model(random, type));
      const Picture picture = random_picture(random, model.input_width(), model.input_height());
      Describer reference = describer_of(model, "ref", 1);
      const std::vector<float> expected = floats_of(bytes_of(reference.describe(picture.view)));
      const double lowest = type == DataType::f32 ? 0.9999999 : 0.99999;
      std::string tier;
      std::vector<std::byte> of_tier;
      describe_everywhere(model, picture, [&](const char* name, const std::vector<std::byte>& bytes) {
        CHECK(cosine(floats_of(bytes), expected) > lowest);
        if (tier == name) CHECK(bytes == of_tier);
        tier = name;
        of_tier = bytes;
      });
    }
  }
}

TEST_CASE("a plan says which kernels it passed over, and why") {
  Random random;
  const Model model = model_of(quantized_model(random));
  PlanOptions options;
  options.isa = "ref";
  const auto plan = Plan::create(model, options);
  REQUIRE(plan.ok());
  for (const StepInfo& step : plan->steps()) {
    INFO(step.layer << ": " << step.kernel << ", not " << step.passed_over);
    CHECK(step.isa == "ref");
    CHECK(step.passed_over.find("(needs ") != std::string::npos);
  }
}

TEST_CASE("a plan says which weights it widened") {
  Random random;
  const auto text_of = [](const ModelContents& contents) {
    const auto plan = Plan::create(model_of(contents), PlanOptions{});
    REQUIRE(plan.ok());
    std::string text;
    for (const StepInfo& step : plan->steps())
      text += step.operation + "\n";
    return text;
  };
  const std::string floats = text_of(float_model(random, DataType::f32));
  CHECK(floats.find("convolution f32 x b2 1x1/1 -> f32, b2 weights widened to f32\n") != std::string::npos);
  CHECK(floats.find("convolution f32 x f32 1x1/1 -> f32\n") != std::string::npos);
  const std::string codes = text_of(quantized_model(random));
  CHECK(codes.find("b2 weights widened to s4\n") != std::string::npos);
}

TEST_CASE("no layer runs a reference kernel from AVX2 and NEON upwards") {
  Random random;
  const Model models[] = {model_of(quantized_model(random)), model_of(binary_model(random)),
                          model_of(float_model(random, DataType::f32)),
                          model_of(float_model(random, DataType::f16))};
  for (const IsaTier& tier : isa_tiers()) {
    const std::string name = tier.name;
    if (name == "ref" || name == "sse42" || (tier.features & ~cpu_features()) != 0) continue;
    for (const Model& model : models) {
      PlanOptions options;
      options.isa = tier.name;
      const auto plan = Plan::create(model, options);
      REQUIRE(plan.ok());
      for (const StepInfo& step : plan->steps()) {
        INFO(name << ", " << step.layer << ": " << step.kernel);
        CHECK_FALSE(step.reference);
      }
    }
  }
}
