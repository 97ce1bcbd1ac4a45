#include "bitplace/describer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "describer_support.h"

using namespace bitplace;
using namespace bitplace::test;

TEST_CASE("a describer gives the same answer whatever it described before") {
  Random random;
  const Model model = model_of(random_model(random));
  Describer describer = describer_of(model, nullptr, 1);
  const Picture first = random_picture(random, 64, 48);
  const Picture second = random_picture(random, 31, 77, PixelFormat::bgra8);
  const std::vector<std::byte> expected = bytes_of(describer.describe(first.view));
  const std::vector<std::byte> other = bytes_of(describer.describe(second.view));
  CHECK(bytes_of(describer.describe(first.view)) == expected);
  CHECK(other != expected);
}

TEST_CASE("two describers of one plan work at the same time") {
  Random random;
  const Model model = model_of(random_model(random));
  const Picture picture = random_picture(random, 50, 40);
  const auto plan = Plan::create(model);
  REQUIRE(plan.ok());
  auto first = Describer::create(*plan);
  auto second = Describer::create(*plan);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  const std::vector<std::byte> expected = bytes_of(first->describe(picture.view));
  std::vector<std::byte> from_thread;
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i)
      from_thread = bytes_of(second->describe(picture.view));
  });
  for (int i = 0; i < 20; ++i)
    CHECK(bytes_of(first->describe(picture.view)) == expected);
  thread.join();
  CHECK(from_thread == expected);
}

TEST_CASE("features are the integers before normalisation") {
  Random random;
  const Model model = model_of(random_model(random));
  Describer describer = describer_of(model, nullptr, 1);
  const Picture picture = random_picture(random, 40, 40);
  std::vector<float> features(describer.feature_count());
  REQUIRE(describer.features(picture.view, features.data(), features.size()).ok());
  const auto descriptor = describer.describe(picture.view);
  REQUIRE(descriptor.ok());
  double sum = 0;
  for (const float value : features) {
    CHECK(value == std::floor(value));
    sum += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto* normalised = static_cast<const float*>(descriptor->data);
  for (std::size_t i = 0; i < features.size(); ++i) {
    CHECK(normalised[i] == Approx(features[i] / std::sqrt(sum)).margin(1e-6));
  }
}

TEST_CASE("impossible images and memory are errors, and the describer works afterwards") {
  Random random;
  const Model model = model_of(random_model(random));
  Describer describer = describer_of(model, nullptr, 1);
  const Picture picture = random_picture(random, 20, 20);
  ImageView null = picture.view;
  null.data = nullptr;
  CHECK(describer.describe(null).error().code() == ErrorCode::invalid_argument);
  ImageView empty = picture.view;
  empty.width = 0;
  CHECK(describer.describe(empty).error().code() == ErrorCode::invalid_argument);
  ImageView narrow = picture.view;
  narrow.stride = 59;
  CHECK(describer.describe(narrow).error().code() == ErrorCode::invalid_argument);
  std::vector<std::byte> memory(describer.descriptor_spec().bytes());
  CHECK_FALSE(describer.describe(picture.view, memory.data(), memory.size() - 1).ok());
  CHECK_FALSE(describer.describe(picture.view, nullptr, memory.size()).ok());
  REQUIRE(describer.describe(picture.view, memory.data(), memory.size()).ok());
  CHECK(bytes_of(describer.describe(picture.view)) == memory);
}

TEST_CASE("a plan names its kernels, and a reference kernel is flagged where the CPU offers more") {
  Random random;
  const Model model = model_of(random_model(random));
  PlanOptions options;
  options.isa = "ref";
  const auto plan = Plan::create(model, options);
  REQUIRE(plan.ok());
  for (const StepInfo& step : plan->steps()) {
    CHECK(step.kernel.find("__ref") != std::string::npos);
    CHECK_FALSE(step.reference);  // asked for
    CHECK(step.isa == "ref");
  }
  options.isa = "pentium";
  CHECK(Plan::create(model, options).error().code() == ErrorCode::unsupported_isa);
}

TEST_CASE("a profile accounts for every step") {
  Random random;
  const Model model = model_of(random_model(random));
  Describer describer = describer_of(model, nullptr, 1);
  const Picture picture = random_picture(random, 40, 40);
  describer.enable_profile(true);
  REQUIRE(describer.describe(picture.view).ok());
  CHECK(describer.preprocessing_nanoseconds() > 0);
  REQUIRE(describer.step_nanoseconds().size() == describer.plan().steps().size());
  for (const std::int64_t time : describer.step_nanoseconds())
    CHECK(time > 0);
}
