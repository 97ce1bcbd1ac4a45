#include "quantize/descriptor_calibration.h"

#include <catch2/catch.hpp>

#include "random_graph.h"

using namespace bitplace;

namespace {

// One feature; one image per value.
DescriptorCalibration calibrated(const std::vector<float>& values) {
  DescriptorCalibration calibration(1);
  for (const float& value : values)
    calibration.add(&value);
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
    calibration.add(image.data());
  CHECK(calibration.median_thresholds() == std::vector<std::int32_t>{3, 300});
}

TEST_CASE("a heavy image outweighs many light ones") {
  DescriptorCalibration calibration(1);
  for (const float value : {1.0f, 2.0f, 3.0f, 4.0f})
    calibration.add(&value, 0.25);
  const float heavy = 50.0f;
  calibration.add(&heavy, 1.0);
  CHECK(calibration.median_thresholds() == std::vector<std::int32_t>{50});
}

TEST_CASE("the exact code scale follows from the last convolution's depth") {
  test::Random random;
  const Graph graph = test::random_graph({}, random);  // the last layer is 3x3x36
  CHECK(exact_code_scale(graph) == 127.0f / 324.0f);
}
