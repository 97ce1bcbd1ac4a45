#include "float_network.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/error.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"
#include "quantize/float_runner.h"

namespace bitplace::test {

FloatNetwork::FloatNetwork(std::int64_t height, std::int64_t width) {
  graph_.input = graph_.add_value("image", DataType::f32, Shape(1, height, width, 3));
}

ValueId FloatNetwork::convolution(const Layer& layer, ValueId input,
                                  const std::function<float(std::int64_t)>& weight,
                                  const std::function<float(std::int64_t)>& bias) {
  const std::int64_t channels = value_at(graph_, input).shape[3];
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = layer.kernel;
  a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = layer.kernel / 2;
  a.padding = layer.kernel > 1 ? PaddingValue::zero : PaddingValue::valid;
  a.groups = layer.depthwise ? static_cast<std::int32_t>(channels) : 1;
  a.epilogue = Epilogue::affine;
  a.output_low = layer.low;
  a.output_high = layer.high;
  const Shape shape(layer.filters, layer.kernel, layer.kernel, channels / a.groups);
  std::vector<float> weights, biases;
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    weights.push_back(weight(i));
  for (std::int64_t i = 0; i < layer.filters; ++i)
    biases.push_back(bias(i));
  Tensor tensor = make_tensor(layer.name + ".weight", weights);
  tensor.shape = shape;
  const TensorId weight_id = graph_.add_tensor(std::move(tensor));
  const TensorId bias_id = graph_.add_tensor(make_tensor(layer.name + ".bias", biases));
  return append({layer.name, Op::convolution, {input}, kNone, a, {{"weight", weight_id}, {"bias", bias_id}}});
}

ValueId FloatNetwork::append(Node node) {
  const Result<ValueId> value = graph_.append(std::move(node));
  if (!value.ok()) FAIL(value.error().message());
  return *value;
}

Graph FloatNetwork::finish(ValueId features) {
  graph_.features = graph_.descriptor = features;
  return std::move(graph_);
}

Graph inverted_residuals(Random& random, float high, float spread) {
  FloatNetwork network(12, 10);
  const auto around = [&](std::int64_t depth) {
    return random.real(-1.7f, 1.7f) / std::sqrt(static_cast<float>(depth));
  };
  // Filters of different sizes: `spread` to the power of something in [-1, 0].
  const auto uneven = [&](std::int64_t depth) {
    return [&, depth, size = 1.0f](std::int64_t i) mutable {
      if (i % depth == 0) size = std::pow(spread, random.real(-1.0f, 0.0f));
      return size * around(depth);
    };
  };
  const auto bias = [&](std::int64_t) { return random.real(-0.2f, 0.4f); };
  ValueId value = network.convolution({"stem", 16, 3, false, 0.0f, high}, network.input(), uneven(27), bias);
  value = network.convolution({"depthwise", 16, 3, true, 0.0f, high}, value, uneven(9), bias);
  value = network.convolution(
      {"project", 8, 1}, value, [&](std::int64_t) { return around(16); }, bias);
  const ValueId shortcut = value;
  value = network.convolution({"expand", 24, 1, false, 0.0f, high}, value, uneven(8), bias);
  value = network.convolution({"depthwise2", 24, 3, true, 0.0f, high}, value, uneven(9), bias);
  value = network.convolution(
      {"project2", 8, 1}, value, [&](std::int64_t) { return around(24); }, bias);
  value = network.append({"sum", Op::add, {value, shortcut}, kNone, AddAttributes{}, {}});
  return network.finish(value);
}

ModelMaker float_network_maker() {
  return [](const Graph& folded, const PrecisionMap& precisions,
            const ActivationRanges& ranges) -> Result<ModelContents> {
    BITPLACE_ASSIGN(lowered, lower_real(folded, {precisions, ranges, {}, {}}));
    const Value& input = value_at(lowered.graph, lowered.graph.input);
    ModelContents model;
    model.network = "small";
    Preprocessing& p = model.preprocessing;
    p.height = static_cast<std::int32_t>(input.shape[1]);
    p.width = static_cast<std::int32_t>(input.shape[2]);
    p.mean = {0.5f, 0.5f, 0.5f};
    p.standard_deviation = {0.25f, 0.25f, 0.25f};
    p.input_type = input.type;
    p.input_scale = lowered.input_scale;
    model.graph = std::move(lowered.graph);
    return model;
  };
}

ModelContents float_model_of(const Graph& folded) {
  Result<ModelContents> model = float_network_maker()(folded, PrecisionMap{}, {});
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

CalibrationImages noise_images(std::size_t count, std::uint64_t seed) {
  CalibrationImages images;
  for (std::size_t i = 0; i < count; ++i)
    images.names.push_back("noise " + std::to_string(i));
  images.weights.assign(count, 1.0);
  images.read = [seed](std::size_t index) -> Result<DecodedImage> {
    Random random(seed + 1000 * index);
    DecodedImage image;
    image.width = static_cast<int>(random.integer(8, 24));
    image.height = static_cast<int>(random.integer(8, 24));
    const auto brightest = random.integer(60, 255);
    image.pixels.resize(static_cast<std::size_t>(image.width * image.height * 3));
    for (std::uint8_t& pixel : image.pixels)
      pixel = static_cast<std::uint8_t>(random.integer(0, brightest));
    return image;
  };
  return images;
}

std::vector<std::vector<float>> values_on(const ModelContents& model, const ImageView& image) {
  Result<FloatRunner> runner = FloatRunner::create(model);
  if (!runner.ok()) FAIL(runner.error().message());
  std::vector<std::vector<float>> values(model.graph.values.size());
  const Status status = runner->run(image, [&](ValueId value, const float* numbers, std::int64_t count) {
    values[static_cast<std::size_t>(value)].assign(numbers, numbers + count);
    return Status();
  });
  if (!status.ok()) FAIL(status.error().message());
  return values;
}

}  // namespace bitplace::test
