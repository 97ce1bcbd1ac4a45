// A network that LibTorch saved, as the engine's model: made, run, and compared with LibTorch's results.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "bitplace/cpu.h"
#include "describer/describer_support.h"
#include "end_to_end/real_network.h"
#include "libtorch/surroundings.h"
#include "libtorch/torch_results.h"
#include "lowering/evaluate.h"
#include "lowering/real_model.h"
#include "quantize/choose_quantization.h"
#include "vprconv/integer_layers.h"

namespace bitplace::test {

inline std::vector<TorchPicture> scenes(std::int64_t height, std::int64_t width, int count,
                                        std::uint64_t seed) {
  Random random(seed);
  std::vector<TorchPicture> pictures;
  for (int i = 0; i < count; ++i)
    pictures.push_back({height, width, random_scene(height, width, &random)});
  return pictures;
}

inline ImageView view_of(const TorchPicture& picture) {
  return {picture.bytes.data(), static_cast<int>(picture.width), static_cast<int>(picture.height), 0,
          PixelFormat::rgb8};
}

// What the preprocessing makes of a picture, without rounding.
inline std::vector<double> input_of(const LoadedNetwork& network, const TorchPicture& picture) {
  std::vector<double> input;
  for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
    const auto mean = static_cast<double>(network.preprocessing.mean[i % 3]);
    const auto deviation = static_cast<double>(network.preprocessing.standard_deviation[i % 3]);
    input.push_back((picture.bytes[i] / 255.0 - mean) / deviation);
  }
  return input;
}

inline RealNetwork folded_network(const LoadedNetwork& network) {
  Result<Graph> folded = fold_real(network.graph);
  if (!folded.ok()) FAIL(folded.error().message());
  return {network.name, *std::move(folded), network.preprocessing};
}

inline ModelContents converted_to_fp32(const LoadedNetwork& network) {
  Result<ModelContents> model = make_float_model(folded_network(network));
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

// As `vprconv convert --precision int8` would, by the pictures themselves and their largest magnitudes:
// layers that cost the descriptor too much in integers stay in f32.
inline ModelContents converted_to_int8(const LoadedNetwork& network,
                                       const std::vector<TorchPicture>& pictures) {
  const RealNetwork real = folded_network(network);
  CalibrationImages images;
  images.names.assign(pictures.size(), "scene");
  images.weights.assign(pictures.size(), 1.0);
  images.read = [&](std::size_t i) -> Result<DecodedImage> {
    const ImageView view = view_of(pictures[i]);
    return DecodedImage{pictures[i].bytes, view.width, view.height, PixelFormat::rgb8, 1};
  };
  RealLoweringOptions options;
  options.precisions.otherwise = Precision::int8;
  QuantizationTrials trials;
  trials.ranges = {{CalibrationMethod::min_max}};
  trials.unsigned_codes = trials.equalize = trials.round_weights = trials.correct_biases = false;
  trials.allowed_loss = kAllowedLoss;
  Result<ChosenQuantization> chosen =
      choose_quantization(real.graph, options.precisions, real_model_maker(real), images, trials);
  if (!chosen.ok()) FAIL(chosen.error().message());
  options.precisions = chosen->quantization.precisions;
  options.ranges = chosen->quantization.ranges;
  Result<ModelContents> model = make_real_model(real, options);
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

inline std::vector<float> describe(Describer& describer, const TorchPicture& picture) {
  const Result<DescriptorView> descriptor = describer.describe(view_of(picture));
  if (!descriptor.ok()) FAIL(descriptor.error().message());
  const auto* first = static_cast<const float*>(descriptor->data);
  return {first, first + descriptor->spec.dimension};
}

// The smallest over the pictures, between LibTorch's descriptors in binary64 and the engine's.
inline double smallest_cosine(const ModelContents& model, const std::vector<TorchPicture>& pictures,
                              const std::vector<TorchResult>& torch) {
  Describer describer = describer_of(model_of(model), "", 1);
  double smallest = 1.0;
  for (std::size_t i = 0; i < pictures.size(); ++i)
    smallest = std::min(smallest, agreement(describe(describer, pictures[i]), torch[i].descriptor).cosine);
  return smallest;
}

struct Integers {
  long long compared = 0, differing = 0, ties = 0;
};

// What convolutions of bits and of levels read: the trained network's, evaluated in binary64, against the
// engine's.
inline Integers compare_integers(const LoadedNetwork& network, const ModelContents& model,
                                 const TorchPicture& picture, const EvaluatedValues& expected) {
  Result<tools::IntegerLayers> layers = tools::IntegerLayers::create(network.graph, model);
  if (!layers.ok()) FAIL(layers.error().message());
  Integers integers;
  if (layers->empty()) return integers;
  REQUIRE(layers->run(view_of(picture)).ok());
  layers->compare(expected);
  for (const tools::LayerAgreement& layer : layers->layers()) {
    integers.compared += layer.compared;
    integers.differing += layer.differing;
    integers.ties += layer.ties;
  }
  return integers;
}

inline void check_tiers(const ModelContents& model, const TorchPicture& picture) {
  Describer plain = describer_of(model_of(model), "ref", 1);
  const std::vector<float> reference = describe(plain, picture);
  for (const IsaTier& tier : isa_tiers()) {
    if ((tier.features & ~cpu_features()) != 0) continue;
    INFO(tier.name);
    Describer describer = describer_of(model_of(model), tier.name, 1);
    const std::vector<float> descriptor = describe(describer, picture);
    CHECK(std::memcmp(descriptor.data(), reference.data(), reference.size() * sizeof(float)) == 0);
  }
}

}  // namespace bitplace::test
