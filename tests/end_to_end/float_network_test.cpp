#include <cmath>

#include "describe.h"
#include "lowering/evaluate.h"
#include "random_graph.h"

using namespace bitplace;

TEST_CASE("a model gives the trained network's integers, whatever stands between its layers") {
  test::Random random;
  for (const test::Between between : test::kAllBetween) {
    for (const PaddingValue padding : {PaddingValue::valid, PaddingValue::zero, PaddingValue::one}) {
      INFO("between " << static_cast<int>(between) << ", " << padding_name(padding));
      const Graph graph = test::random_graph({between, padding, 64, 2}, random);
      std::vector<double> pixels = test::random_pixels(graph, random);
      const std::vector<std::uint8_t> bytes(pixels.begin(), pixels.end());
      for (double& pixel : pixels)
        pixel /= 255.0;
      const Result<EvaluatedValues> trained = evaluate(graph, pixels);
      REQUIRE(trained.ok());
      REQUIRE(count_sign_ties(graph, *trained) == 0);
      const std::vector<double>& expected = (*trained)[static_cast<std::size_t>(graph.features)];

      Describer describer = test::open_describer(test::lowered_model(graph));
      const ImageView image{bytes.data(), 19, 21, 0, PixelFormat::rgb8};
      const std::vector<float> features = test::features_of(describer, image);
      CHECK(std::equal(features.begin(), features.end(), expected.begin(), expected.end(),
                       [](float a, double b) { return static_cast<double>(a) == b; }));

      double squares = 0.0;
      for (const double x : expected)
        squares += x * x;
      const auto descriptor = describer.describe(image);
      REQUIRE(descriptor.ok());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const float x = static_cast<const float*>(descriptor->data)[i];
        REQUIRE(static_cast<double>(x) ==
                Approx(expected[i] / std::sqrt(squares)).epsilon(1e-6).margin(1e-12));
      }
    }
  }
}
