// Small folded float graphs of layers as MobileNetV2 has them, with images to calibrate them on.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "graph/model_contents.h"
#include "quantize/calibration_images.h"
#include "quantize/quantized_model.h"
#include "support/random.h"

namespace bitplace::test {

inline constexpr float kUnbounded = std::numeric_limits<float>::infinity();

class FloatNetwork {
 public:
  FloatNetwork(std::int64_t height, std::int64_t width);

  // A layer that keeps its input's size, padded with zero, clamped to [low, high].
  struct Layer {
    std::string name;
    std::int64_t filters = 0;
    std::int32_t kernel = 1;
    bool depthwise = false;
    float low = -kUnbounded, high = kUnbounded;
  };
  // Weights [filters, kernel, kernel, channels / groups] are weight(0), weight(1), ... and so are biases.
  ValueId convolution(const Layer& layer, ValueId input, const std::function<float(std::int64_t)>& weight,
                      const std::function<float(std::int64_t)>& bias);
  ValueId input() const { return graph_.input; }
  ValueId append(Node node);
  Graph finish(ValueId features);

 private:
  Graph graph_;
};

// 3x3 convolution "stem" -> "depthwise" 3x3 -> 1x1 "project", then "expand" -> "depthwise2" -> "project2"
// with a shortcut around them, the clamps being [0, high]; the sizes of channels differ by up to `spread`.
Graph inverted_residuals(Random& random, float high, float spread);

// Models of such graphs; the image becomes (x / 255 - 0.5) / 0.25, the descriptor is normalised f32.
ModelMaker float_network_maker();
ModelContents float_model_of(const Graph& folded);

// Images of noise of all sizes and contrasts, the same whenever they are read.
CalibrationImages noise_images(std::size_t count, std::uint64_t seed);

// f32 copies of every value on one image.
std::vector<std::vector<float>> values_on(const ModelContents& model, const ImageView& image);

}  // namespace bitplace::test
