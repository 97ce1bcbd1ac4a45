// Real-valued TFLite models under construction, and what becomes of them.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "networks/evaluated_values.h"
#include "networks/import_tflite.h"
#include "networks/real_tflite_importer.h"
#include "support/random.h"

namespace bitplace::test {

// As the format numbers them: activations, then paddings.
constexpr std::int64_t kNoFusion = 0, kFusedRelu = 1, kFusedRelu6 = 3, kSame = 0, kValid = 1;

// A model under construction: a 9x8 image, then what a test adds.
class RealTfliteModel {
 public:
  RealTfliteModel() {
    last = computed({1, 9, 8, 3});
    model.inputs = {last};
  }

  std::int32_t computed(std::vector<std::int64_t> shape, CheckpointType type = CheckpointType::f32) {
    TfliteTensor tensor;
    tensor.name = "net/layer" + std::to_string(model.tensors.size());
    tensor.type = type;
    tensor.shape = std::move(shape);
    model.tensors.push_back(tensor);
    return static_cast<std::int32_t>(model.tensors.size() - 1);
  }
  template <typename T>
  std::int32_t constant(std::vector<std::int64_t> shape, const std::vector<T>& values) {
    const CheckpointType type = std::is_same_v<T, float>         ? CheckpointType::f32
                                : std::is_same_v<T, std::int8_t> ? CheckpointType::s8
                                                                 : CheckpointType::s32;
    const std::int32_t index = computed(std::move(shape), type);
    model.tensors.back().data.resize(values.size() * sizeof(T));
    std::memcpy(model.tensors.back().data.data(), values.data(), values.size() * sizeof(T));
    return index;
  }
  std::int32_t reals(std::vector<std::int64_t> shape, float low = -1.0f, float high = 1.0f) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
      count *= extent;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values)
      value = random.real(low, high);
    return constant(std::move(shape), values);
  }
  TfliteTensor& tensor(std::int32_t index) { return model.tensors[static_cast<std::size_t>(index)]; }

  std::int32_t add(const std::string& name, std::vector<std::int32_t> inputs, std::vector<std::int64_t> shape,
                   TfliteOptions options = {}) {
    last = computed(std::move(shape));
    model.operators.push_back({name, std::move(inputs), {last}, std::move(options)});
    model.outputs = {last};
    return last;
  }

  static TfliteOptions window(std::int64_t padding, std::int64_t stride, std::int64_t fused = kNoFusion) {
    return {{"padding", padding},     {"stride_w", stride},
            {"stride_h", stride},     {"fused_activation_function", fused},
            {"dilation_w_factor", 1}, {"dilation_h_factor", 1}};
  }
  static TfliteOptions pool(std::int64_t padding, std::int64_t size, std::int64_t stride) {
    TfliteOptions options = window(padding, stride);
    options.emplace_back("filter_height", size);
    options.emplace_back("filter_width", size);
    return options;
  }
  static TfliteOptions fused(std::int64_t activation) { return {{"fused_activation_function", activation}}; }

  // A 3x3 convolution of `channels` to 4 outputs that keeps the map.
  std::int32_t add_convolution(std::int64_t channels, std::int64_t fused_activation = kNoFusion) {
    const std::int32_t weight = reals({4, 3, 3, channels}), bias = reals({4});
    return add("CONV_2D", {last, weight, bias}, {1, 9, 8, 4}, window(kSame, 1, fused_activation));
  }

  Random random;
  TfliteModel model;
  std::int32_t last = 0;
};

// Fails the test where the model is refused.
Graph imported(const RealTfliteModel& m);
std::string error_of(const RealTfliteModel& m);
// Pixels of the image that every model reads.
Numbers random_image(Random& random);
Numbers features_of(const Graph& graph, const Numbers& image);
const ConvolutionAttributes& convolution(const Graph& graph, std::size_t node);
std::vector<Op> operations(const Graph& graph);
bool are_close(const Numbers& a, const Numbers& b);

}  // namespace bitplace::test
