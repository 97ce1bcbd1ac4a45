#include "quantize/choose_quantization.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "float_network.h"
#include "quantize/descriptor_error.h"
#include "quantize/quantization_report.h"

using namespace bitplace;

namespace {

ChosenQuantization chosen(const Graph& folded, const PrecisionMap& precisions,
                          const CalibrationImages& images, const QuantizationTrials& trials = {}) {
  Result<ChosenQuantization> choice =
      choose_quantization(folded, precisions, test::float_network_maker(), images, trials);
  if (!choice.ok()) FAIL(choice.error().message());
  return *std::move(choice);
}

PrecisionMap all(Precision precision) {
  PrecisionMap map;
  map.otherwise = precision;
  return map;
}

double held_out_error(const Graph& folded, const Quantization& quantization,
                      const CalibrationImages& images) {
  const Result<ModelContents> model =
      test::float_network_maker()(quantization.folded, quantization.precisions, quantization.ranges);
  REQUIRE(model.ok());
  const auto expected = describe_images(test::float_model_of(folded), images);
  const auto found = describe_images(*model, images);
  return 1.0 - compare_descriptors(*expected, *found, images.weights).mean;
}

QuantizationReport report_of(const Quantization& quantization, const Graph& reference,
                             const CalibrationImages& images) {
  Result<QuantizationReport> report =
      quantization_report(quantization, reference, test::float_network_maker(), images);
  if (!report.ok()) FAIL(report.error().message());
  return *std::move(report);
}

const LayerReport& layer_of(const QuantizationReport& report, const std::string& name) {
  const auto found = std::find_if(report.layers.begin(), report.layers.end(),
                                  [&](const LayerReport& layer) { return layer.layer == name; });
  REQUIRE(found != report.layers.end());
  return *found;
}

}  // namespace

TEST_CASE("the best variation on held-out images is chosen") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 25.0f);
  const CalibrationImages images = test::noise_images(20, random.next());
  QuantizationTrials trials;
  trials.ranges = {{CalibrationMethod::percentile},
                   {CalibrationMethod::min_max},
                   {CalibrationMethod::mse},
                   {CalibrationMethod::kl}};
  trials.unsigned_codes = false;
  const ChosenQuantization choice = chosen(folded, all(Precision::w4a8), images, trials);
  REQUIRE(choice.trials.size() == 8);
  CHECK(choice.trials[0].name == "percentile");
  CHECK(choice.trials[4].name.find(", equalised") != std::string::npos);
  CHECK(choice.trials[5].name.find(", weights rounded together") != std::string::npos);
  CHECK(choice.trials[6].name == choice.trials[4].name + ", weights rounded together");
  CHECK(choice.trials[7].name.find(", biases corrected") != std::string::npos);
  for (const QuantizationTrial& trial : choice.trials)
    CHECK(choice.trials[choice.chosen].descriptor_error <= trial.descriptor_error);
  const SplitImages split = hold_out(images, trials.held_out_every);
  CHECK(held_out_error(folded, choice.quantization, split.held_out) ==
        Approx(choice.trials[choice.chosen].descriptor_error).margin(1e-9));
  // Uneven channels and coarse weights: both remedies have something to do here.
  CHECK(choice.chosen >= 4);
  CHECK(choice.trials[choice.chosen].descriptor_error < choice.trials[0].descriptor_error);
}

TEST_CASE("what is not to be tried is not tried") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(4, random.next());
  QuantizationTrials trials;
  trials.unsigned_codes = trials.equalize = trials.round_weights = trials.correct_biases = false;
  const ChosenQuantization choice = chosen(folded, all(Precision::int8), images, trials);
  CHECK(choice.trials.size() == 1);
  CHECK(choice.chosen == 0);
  trials.ranges.clear();
  CHECK_FALSE(
      choose_quantization(folded, all(Precision::int8), test::float_network_maker(), images, trials).ok());
}

TEST_CASE("codes without a sign are chosen where they take a fifth off the error") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(10, random.next());
  QuantizationTrials trials;
  trials.equalize = trials.round_weights = trials.correct_biases = false;
  const ChosenQuantization choice = chosen(folded, all(Precision::int8), images, trials);
  REQUIRE(choice.trials.size() == 2);
  CHECK(choice.trials[1].name.find(", codes without sign") != std::string::npos);
  CHECK(choice.trials[1].descriptor_error != choice.trials[0].descriptor_error);
  const bool helps = choice.trials[1].descriptor_error < 0.8 * choice.trials[0].descriptor_error;
  CHECK(choice.chosen == (helps ? 1 : 0));
  CHECK(choice.quantization.precisions.unsigned_codes == helps);

  PrecisionMap given = all(Precision::int8);
  given.unsigned_codes = true;
  const ChosenQuantization kept = chosen(folded, given, images, trials);
  REQUIRE(kept.trials.size() == 1);
  CHECK(kept.trials[0].descriptor_error == Approx(choice.trials[1].descriptor_error).margin(1e-12));
  const QuantizationReport report = report_of(kept.quantization, folded, images);
  CHECK(layer_of(report, "stem").scale == Approx(kept.quantization.ranges[1].largest_unsigned / 255.0f));
  CHECK(layer_of(report, "stem").signal_to_noise > 20.0);
}

TEST_CASE("progress says what it counts") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  std::set<std::string> begun, complete;
  const auto note = [&](const std::string& stage, std::size_t done, std::size_t total) {
    begun.insert(stage);
    if (done == total) complete.insert(stage);
  };
  REQUIRE(choose_quantization(folded, all(Precision::int8), test::float_network_maker(),
                              test::noise_images(6, 1), {}, note)
              .ok());
  CHECK(begun == complete);
  CHECK(begun.count("calibrate") == 1);
  CHECK(begun.count("correct biases") == 1);
}

TEST_CASE("the report measures every layer against the float one") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const CalibrationImages images = test::noise_images(8, random.next());
  QuantizationTrials trials;
  trials.unsigned_codes = trials.equalize = trials.round_weights = trials.correct_biases = false;
  PrecisionMap precisions = all(Precision::int8);
  precisions.layers["project2"] = Precision::fp32;
  const Quantization plain = chosen(folded, precisions, images, trials).quantization;
  const QuantizationReport report = report_of(plain, folded, images);
  CHECK(report.layers.size() == 7);
  CHECK(layer_of(report, "stem").weight_bits == 8);
  CHECK(layer_of(report, "stem").codes);
  CHECK(layer_of(report, "stem").scale == Approx(plain.ranges[1].largest8 / 127.0f));
  CHECK(layer_of(report, "project2").weight_bits == 32);
  CHECK_FALSE(layer_of(report, "project2").codes);
  CHECK(layer_of(report, "sum").weight_bits == 0);
  for (const LayerReport& layer : report.layers) {
    INFO(layer.layer);
    CHECK(layer.signal_to_noise > 20.0);
    CHECK(layer.signal_to_noise < 60.0);
    CHECK(layer.clipped < 0.001);
  }
  CHECK(report.descriptor.mean > 0.99);
  CHECK(report.descriptor.least <= report.descriptor.mean);
  CHECK(report.descriptor.mean == Approx(1.0 - held_out_error(folded, plain, images)).margin(1e-9));

  Quantization narrow = plain;
  narrow.ranges[1].largest8 *= 0.5f;
  const QuantizationReport clipped = report_of(narrow, folded, images);
  CHECK(layer_of(clipped, "stem").clipped > 0.001);
  CHECK(layer_of(clipped, "stem").signal_to_noise < layer_of(report, "stem").signal_to_noise);

  Quantization coarse = plain;
  coarse.precisions = all(Precision::w4a8);
  const QuantizationReport four_bits = report_of(coarse, folded, images);
  CHECK(layer_of(four_bits, "stem").weight_bits == 4);
  CHECK(layer_of(four_bits, "stem").signal_to_noise < layer_of(report, "stem").signal_to_noise - 10.0);
  CHECK(four_bits.descriptor.mean < report.descriptor.mean);
}

TEST_CASE("a float model has no noise against itself") {
  test::Random random;
  const Graph folded = test::inverted_residuals(random, 6.0f, 4.0f);
  const QuantizationReport report =
      report_of({folded, PrecisionMap{}, {}}, folded, test::noise_images(3, random.next()));
  for (const LayerReport& layer : report.layers) {
    CHECK(std::isinf(layer.signal_to_noise));
    CHECK_FALSE(layer.codes);
  }
  CHECK(report.descriptor.least == Approx(1.0).margin(1e-12));
}

TEST_CASE("cosines of zeros") {
  CHECK(cosine({1.0f, 0.0f}, {2.0f, 0.0f}) == 1.0);
  CHECK(cosine({1.0f, 1.0f}, {-1.0f, 1.0f}) == 0.0);
  CHECK(cosine({0.0f, 0.0f}, {0.0f, 0.0f}) == 1.0);
  CHECK(cosine({0.0f, 0.0f}, {1.0f, 0.0f}) == 0.0);
  const DescriptorSimilarity similarity =
      compare_descriptors({{1.0f}, {1.0f}}, {{1.0f}, {-1.0f}}, {3.0, 1.0});
  CHECK(similarity.mean == 0.5);
  CHECK(similarity.least == -1.0);
}
