#include "quantize/calibration.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "float_network.h"

using namespace bitplace;
using Catch::Matchers::Contains;

namespace {

Calibration calibrated(const ModelContents& model, const CalibrationImages& images) {
  Result<Calibration> calibration = calibrate(model, images);
  if (!calibration.ok()) FAIL(calibration.error().message());
  return *std::move(calibration);
}

}  // namespace

TEST_CASE("min-max ranges are the largest magnitudes of every value") {
  test::Random random;
  const ModelContents model = test::float_model_of(test::inverted_residuals(random, 6.0f, 4.0f));
  const CalibrationImages images = test::noise_images(5, random.next());
  std::vector<float> largest(model.graph.values.size());
  std::vector<bool> negative(largest.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto values = test::values_on(model, images.read(i)->view());
    for (std::size_t v = 0; v < values.size(); ++v) {
      for (const float number : values[v]) {
        largest[v] = std::max(largest[v], std::abs(number));
        negative[v] = negative[v] || number < 0.0f;
      }
    }
  }
  std::size_t reported = 0;
  const Result<Calibration> calibration = calibrate(
      model, images, [&](std::size_t done, std::size_t total) { reported += done == total ? 1 : 0; });
  REQUIRE(calibration.ok());
  CHECK(reported == 1);
  const ActivationRanges ranges = calibration->ranges({CalibrationMethod::min_max});
  REQUIRE(ranges.size() == largest.size());
  for (std::size_t v = 0; v < ranges.size(); ++v) {
    INFO(model.graph.values[v].name);
    CHECK(ranges[v].largest8 == largest[v]);
    CHECK(ranges[v].largest4 == largest[v]);
    CHECK(ranges[v].negative == negative[v]);
  }
}

TEST_CASE("no method goes beyond the largest magnitude, and none depends on the order of the images") {
  test::Random random;
  const ModelContents model = test::float_model_of(test::inverted_residuals(random, 6.0f, 4.0f));
  const CalibrationImages images = test::noise_images(6, random.next());
  CalibrationImages backwards = images;
  std::reverse(backwards.names.begin(), backwards.names.end());
  backwards.read = [&](std::size_t i) { return images.read(images.size() - 1 - i); };
  const Calibration calibration = calibrated(model, images);
  const ActivationRanges widest = calibration.ranges({CalibrationMethod::min_max});
  for (const auto method : {CalibrationMethod::percentile, CalibrationMethod::mse, CalibrationMethod::kl}) {
    const ActivationRanges ranges = calibration.ranges({method});
    const ActivationRanges others = calibrated(model, backwards).ranges({method});
    for (std::size_t v = 0; v < ranges.size(); ++v) {
      CHECK(ranges[v].largest8 > 0.0f);
      CHECK(ranges[v].largest8 <= widest[v].largest8);
      CHECK(ranges[v].largest4 <= widest[v].largest4);
      CHECK(ranges[v].largest8 == Approx(others[v].largest8));
      CHECK(ranges[v].largest4 == Approx(others[v].largest4));
    }
  }
}

TEST_CASE("heavy images count more") {
  Calibration calibration(1);
  const std::vector<float> large(100, 8.0f), small(100, 1.0f);
  REQUIRE(calibration.add(0, large.data(), 100, 0.01));
  REQUIRE(calibration.add(0, small.data(), 100, 1.0));
  CHECK(calibration.ranges({CalibrationMethod::percentile, 0.95})[0].largest8 == Approx(1.0f).epsilon(0.01));
  REQUIRE(calibration.add(0, large.data(), 100, 1.0));
  CHECK(calibration.ranges({CalibrationMethod::percentile, 0.95})[0].largest8 == Approx(8.0f).epsilon(0.01));
}

TEST_CASE("four bits without a sign have codes up to 15") {
  test::Random random;
  Calibration calibration(2);
  std::vector<float> numbers(20000);
  for (float& number : numbers)
    number = -std::log(1.0f - random.real(0.0f, 1.0f));
  REQUIRE(calibration.add(0, numbers.data(), 20000));
  numbers[0] = -1e-3f;
  REQUIRE(calibration.add(1, numbers.data(), 20000));
  for (const auto method : {CalibrationMethod::mse, CalibrationMethod::kl}) {
    const ActivationRanges ranges = calibration.ranges({method});
    CHECK_FALSE(ranges[0].negative);
    CHECK(ranges[1].negative);
    CHECK(ranges[0].largest4 > 1.02f * ranges[1].largest4);
    CHECK(ranges[0].largest8 == Approx(ranges[1].largest8).epsilon(0.01));
  }
}

TEST_CASE("a layer that is never anything but 0 has the range 0") {
  test::FloatNetwork network(6, 6);
  const auto weight = [](std::int64_t) { return 0.01f; };
  const ValueId dead = network.convolution({"dead", 4, 1, false, 0.0f, 6.0f}, network.input(), weight,
                                           [](std::int64_t) { return -100.0f; });
  const ValueId constant = network.convolution({"constant", 4, 1, false, 0.0f, 6.0f}, dead, weight,
                                               [](std::int64_t) { return 2.5f; });
  const ModelContents model = test::float_model_of(network.finish(constant));
  const Calibration calibration = calibrated(model, test::noise_images(3, 1));
  for (const auto method : {CalibrationMethod::min_max, CalibrationMethod::percentile, CalibrationMethod::mse,
                            CalibrationMethod::kl}) {
    INFO(calibration_method_name(method));
    const ActivationRanges ranges = calibration.ranges({method});
    CHECK(ranges[static_cast<std::size_t>(dead)].largest8 == 0.0f);
    CHECK(ranges[static_cast<std::size_t>(dead)].largest4 == 0.0f);
    CHECK_FALSE(ranges[static_cast<std::size_t>(dead)].negative);
    CHECK(ranges[static_cast<std::size_t>(constant)].largest8 == Approx(2.5f).epsilon(0.005));
    CHECK(ranges[static_cast<std::size_t>(constant)].largest4 == Approx(2.5f).epsilon(0.04));
  }
}

TEST_CASE("a number that is not finite is an error that names image and layer") {
  test::FloatNetwork network(6, 6);
  const auto weight = [](std::int64_t) { return 3e38f; };
  const auto bias = [](std::int64_t) { return 0.0f; };
  const float unbounded = std::numeric_limits<float>::infinity();
  const ValueId value =
      network.convolution({"huge", 4, 3, false, -unbounded, unbounded}, network.input(), weight, bias);
  const Result<Calibration> calibration =
      calibrate(test::float_model_of(network.finish(value)), test::noise_images(3, 1));
  REQUIRE_FALSE(calibration.ok());
  CHECK_THAT(calibration.error().message(), Contains("noise 0") && Contains("huge") && Contains("finite"));
}

TEST_CASE("images that are missing or cannot be read are errors") {
  test::Random random;
  const ModelContents model = test::float_model_of(test::inverted_residuals(random, 6.0f, 1.0f));
  CHECK_THAT(calibrate(model, test::noise_images(0, 1)).error().message(), Contains("no images"));
  CalibrationImages images = test::noise_images(3, 1);
  images.read = [](std::size_t) -> Result<DecodedImage> {
    return make_error(ErrorCode::io, "noise 0", "open", "no such file");
  };
  CHECK(std::string(calibrate(model, images).error().message()) == "noise 0: open: no such file");
}

TEST_CASE("images are held out evenly") {
  const SplitImages split = hold_out(test::noise_images(10, 1), 4);
  CHECK(split.held_out.names == std::vector<std::string>{"noise 3", "noise 7"});
  CHECK(split.calibrating.size() == 8);
  CHECK(split.held_out.read(1)->pixels == test::noise_images(10, 1).read(7)->pixels);
  CHECK(hold_out(test::noise_images(3, 1), 4).held_out.size() == 3);
  CHECK(some_images(test::noise_images(10, 1), 2).names == std::vector<std::string>{"noise 0", "noise 5"});
}

TEST_CASE("calibration methods have names") {
  CalibrationMethod method{};
  for (const auto known : {CalibrationMethod::min_max, CalibrationMethod::percentile, CalibrationMethod::mse,
                           CalibrationMethod::kl}) {
    REQUIRE(calibration_method_from_name(calibration_method_name(known), &method));
    CHECK(method == known);
  }
  CHECK_FALSE(calibration_method_from_name("entropy", &method));
}
