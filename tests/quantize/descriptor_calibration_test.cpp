#include "quantize/descriptor_calibration.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "random_graph.h"

using namespace bitplace;

namespace {

// One feature; one image per value.
DescriptorCalibration calibrated(const std::vector<float>& values, FeatureKind kind = FeatureKind::integers) {
  DescriptorCalibration calibration(1, kind);
  for (const float& value : values)
    REQUIRE(calibration.add(&value).ok());
  return calibration;
}

}  // namespace

TEST_CASE("the code scale maps the wanted share of the features into the codes") {
  std::vector<float> values;
  for (int i = 1; i <= 1000; ++i)
    values.push_back(static_cast<float>(i % 2 == 0 ? i : -i));
  const DescriptorCalibration calibration = calibrated(values);
  CHECK(calibration.code_scale(1.0) == 127.0f / 1000.0f);
  CHECK(calibration.code_scale(0.5) == Approx(127.0f / 500.0f).epsilon(0.01));
  CHECK(calibrated({0.0f, 0.0f}).code_scale(1.0) == 127.0f);
}

TEST_CASE("median thresholds split the images in halves") {
  CHECK(calibrated({4, 2, 8, 6}).median_thresholds() == std::vector<std::int32_t>{6});
  CHECK(calibrated({2, 2, 2, 8}).median_thresholds() == std::vector<std::int32_t>{8});
  CHECK(calibrated({-8, 2, 2, 2}).median_thresholds() == std::vector<std::int32_t>{2});
  CHECK(calibrated({5, 5, 5, 5}).median_thresholds() == std::vector<std::int32_t>{5});
}

TEST_CASE("each feature gets its own median") {
  DescriptorCalibration calibration(2);
  for (const auto& image : {std::vector<float>{1, 100}, {2, 200}, {3, 300}, {4, 400}})
    REQUIRE(calibration.add(image.data()).ok());
  CHECK(calibration.median_thresholds() == std::vector<std::int32_t>{3, 300});
}

TEST_CASE("a heavy image outweighs many light ones") {
  DescriptorCalibration calibration(1);
  for (const float value : {1.0f, 2.0f, 3.0f, 4.0f})
    REQUIRE(calibration.add(&value, 0.25).ok());
  const float heavy = 50.0f;
  REQUIRE(calibration.add(&heavy, 1.0).ok());
  CHECK(calibration.median_thresholds() == std::vector<std::int32_t>{50});
}

TEST_CASE("the exact code scale follows from the last convolution's depth") {
  test::Random random;
  const Graph graph = test::random_graph({}, random);  // the last layer is 3x3x36
  CHECK(exact_code_scale(graph) == 127.0f / 324.0f);
}

TEST_CASE("the exact code scale is not known where the features are not accumulators") {
  Graph graph;
  graph.input = graph.add_value("features", DataType::f32, Shape(1, 1, 1, 4));
  graph.features = graph.descriptor = graph.input;
  CHECK(exact_code_scale(graph) == 0.0f);
  CHECK(feature_kind(graph) == FeatureKind::normalized);
}

TEST_CASE("the code scale of normalised features is not bounded by 127") {
  const FeatureKind kind = FeatureKind::normalized;
  CHECK(calibrated({0.01f, -0.02f, 0.03f, -0.04f, 0.5f}, kind).code_scale(1.0) == 127.0f / 0.5f);
  CHECK(calibrated({0.01f, -0.02f, 0.03f, -0.04f, 0.5f}, kind).code_scale(0.75) == 127.0f / 0.04f);
  CHECK(calibrated({0.0f, 0.0f, 0.0f, 0.25f}, kind).code_scale(0.5) == 127.0f / 0.25f);
  CHECK(calibrated({0.0f, 0.0f}, kind).code_scale(0.5) == 127.0f);
  CHECK(std::isfinite(calibrated({1e-40f}, kind).code_scale(1.0)));
}

TEST_CASE("median thresholds of normalised features lie between the values they part") {
  const auto median = [](const std::vector<float>& values) {
    return calibrated(values, FeatureKind::normalized).normalized_median_thresholds().front();
  };
  CHECK(median({0.5f, 0.125f, 0.75f, 0.25f}) == 0.375f);
  CHECK(median({0.0f, 0.0f, 0.0f, 0.5f}) == 0.25f);
  CHECK(median({-0.5f, 0.25f, 0.25f, 0.25f}) == -0.125f);
  CHECK(median({0.25f, 0.25f}) == 0.25f);
  // Between neighbours there is no room: the threshold is the upper one.
  const float next = std::nextafter(0.25f, 1.0f);
  CHECK(median({0.25f, next}) == next);
}

TEST_CASE("features that are not finite are refused, and the image is left out") {
  DescriptorCalibration calibration(2, FeatureKind::normalized);
  const float bad[] = {0.5f, std::numeric_limits<float>::quiet_NaN()};
  const Status added = calibration.add(bad);
  REQUIRE_FALSE(added.ok());
  CHECK(added.error().code() == ErrorCode::invalid_argument);
  CHECK(calibration.images() == 0);
}
