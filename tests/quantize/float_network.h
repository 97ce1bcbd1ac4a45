// A small float network of layers as MobileNetV2 has them, with images to calibrate it on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "graph/model_contents.h"
#include "quantize/calibration_images.h"
#include "support/random.h"

namespace bitplace::test {

// Builds an f32 model layer by layer; its input is the image, / 255, minus 0.5, over 0.25.
class FloatNetwork {
 public:
  FloatNetwork(std::int32_t height, std::int32_t width);

  // Of these weights, [filters, kernel, kernel, channels / groups] from `weight(index)`, and a bias; the same
  // size, clamped to [low, high].
  struct Layer {
    std::string name;
    std::int64_t filters = 0;
    std::int32_t kernel = 1;
    bool depthwise = false;
    float low, high;
  };
  ValueId convolution(const Layer& layer, ValueId input, const std::function<float(std::int64_t)>& weight,
                      const std::function<float(std::int64_t)>& bias);
  ValueId input() const { return model_.graph.input; }
  ValueId append(Node node);

  // Flattened and normalised.
  ModelContents finish(ValueId features);

 private:
  ModelContents model_;
};

// 3x3 convolution -> depthwise 3x3 -> 1x1 projection, then the same with a shortcut around it, the clamps
// being [0, high]; the channels' sizes differ by up to `spread`.
ModelContents inverted_residuals(Random& random, float high, float spread);

// Images of noise of all sizes, the same whenever they are read.
CalibrationImages noise_images(std::size_t count, std::uint64_t seed);

// f32 copies of every value on one image.
std::vector<std::vector<float>> values_on(const ModelContents& model, const ImageView& image);

}  // namespace bitplace::test
