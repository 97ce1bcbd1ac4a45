#include "support/layered_model.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "graph/code_range.h"
#include "kernels/common/half.h"

namespace bitplace::test {
namespace {

constexpr std::int64_t kChannels = 24;

// Appends layers with random constants to a graph.
class LayerBuilder {
 public:
  LayerBuilder(Graph& graph, Random& random) : graph_(graph), random_(random) {}

  const Value& value(ValueId id) const { return graph_.values[static_cast<std::size_t>(id)]; }

  ValueId append(Node node) {
    Result<ValueId> appended = graph_.append(std::move(node));
    if (!appended.ok()) throw std::logic_error(appended.error().message());
    return *appended;
  }

  ValueId append(const char* name, Op op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    return append({name, op, std::move(inputs), kNone, attributes, {}});
  }

  // Same-size convolution with codes clamped to [low, high], none above 127 unless it is finite, or floats.
  ValueId convolve(const char* name, ValueId input, std::int64_t filters, std::int32_t kernel,
                   DataType weight, Epilogue epilogue, float low, bool depthwise = false,
                   float high = std::numeric_limits<float>::infinity()) {
    const std::int64_t channels = value(input).shape[3];
    ConvolutionAttributes a;
    a.kernel_height = a.kernel_width = kernel;
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = kernel / 2;
    a.padding = kernel > 1 ? PaddingValue::zero : PaddingValue::valid;
    a.groups = depthwise ? static_cast<std::int32_t>(channels) : 1;
    a.epilogue = epilogue;
    if (epilogue != Epilogue::raw) a.output_low = low;
    a.output_high = high;
    const DataType type = value(input).type;
    const bool reads_floats = type == DataType::f16 || type == DataType::f32;
    if (epilogue == Epilogue::affine && type == DataType::f16) a.output_type = DataType::f16;
    const Shape shape(filters, kernel, kernel, channels / a.groups);
    Node node = {name, Op::convolution, {input}, kNone, a, {}};
    node.parameters.push_back({"weight", graph_.add_tensor(weights(weight, shape))});
    if (epilogue != Epilogue::raw) {
      const bool floats = weight == DataType::f32 || weight == DataType::f16;
      const auto depth = static_cast<float>(shape.elements() / filters);
      const float spread = epilogue == Epilogue::requantize ? 1.0f : 0.01f;
      if (!floats && reads_floats) {
        const float largest = 1.5f / (static_cast<float>(largest_weight(weight)) * std::sqrt(depth));
        add_floats(node, "scale", filters, 0.3f * largest, largest);
      } else if (!floats) {
        add_floats(node, "scale", filters, 0.01f * spread / std::sqrt(depth),
                   0.03f * spread / std::sqrt(depth));
      }
      add_floats(node, "bias", filters, -0.5f, 0.5f);
    }
    return append(std::move(node));
  }

  void add_floats(Node& node, const char* role, std::int64_t count, float low, float high) {
    add_floats(node, role, Shape(count), low, high);
  }

  void add_floats(Node& node, const char* role, const Shape& shape, float low, float high) {
    Tensor tensor = empty(DataType::f32, shape);
    for (std::int64_t i = 0; i < shape.elements(); ++i)
      tensor.as<float>()[i] = random_.real(low, high);
    node.parameters.push_back({role, graph_.add_tensor(std::move(tensor))});
  }

  // Bits of real values, and a binary convolution of the same size.
  ValueId binary_block(const char* name, ValueId input, std::int64_t filters, PaddingValue padding) {
    const std::int64_t channels = value(input).shape[3];
    Node threshold = {"bits", Op::threshold, {input}, kNone, {}, {}};
    add_floats(threshold, "threshold", channels, -0.5f, 0.5f);
    Tensor flip = empty(DataType::u8, Shape(channels));
    for (std::int64_t c = 0; c < channels; ++c)
      flip.as<std::uint8_t>()[c] = static_cast<std::uint8_t>(random_.integer(0, 1));
    threshold.parameters.push_back({"flip", graph_.add_tensor(std::move(flip))});
    auto* thresholds = graph_.tensors[static_cast<std::size_t>(threshold.parameters[0].tensor)].as<float>();
    thresholds[random_.integer(0, channels - 1)] = -std::numeric_limits<float>::infinity();
    ConvolutionAttributes a;
    a.kernel_height = a.kernel_width = 3;
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = 1;
    a.padding = padding;
    a.epilogue = Epilogue::affine;
    a.output_low = random_.integer(0, 1) == 0 ? -1.5f : -std::numeric_limits<float>::infinity();
    Node node = {name, Op::convolution, {append(std::move(threshold))}, kNone, a, {}};
    node.parameters.push_back(
        {"weight", graph_.add_tensor(
                       weights(DataType::b1, Shape(filters, std::int64_t{3}, std::int64_t{3}, channels)))});
    const float largest = 1.0f / std::sqrt(static_cast<float>(9 * channels));
    add_floats(node, "scale", filters, 0.3f * largest, largest);
    add_floats(node, "bias", filters, -0.5f, 0.5f);
    return append(std::move(node));
  }

  // Layers between which codes have no sign.
  ValueId unsigned_codes(ValueId value) {
    using enum Epilogue;
    value = convolve("bytes", value, kChannels, 3, DataType::s8, requantize, 0.0f, false, 255.0f);
    value = convolve("bytes_depthwise", maximum(value), kChannels, 3, DataType::s8, requantize, 3.0f, true,
                     200.0f);
    value = convolve("bytes_four_bits", value, kChannels, 1, DataType::s4, requantize, 0.0f, false, 255.0f);
    return lookup(value);
  }

  ValueId lookup(ValueId input) {
    Node node = {"lookup", Op::lookup, {input}, kNone, {}, {}};
    Tensor table = empty(DataType::s8, Shape(std::int64_t{256}));
    for (std::int64_t i = 0; i < 256; ++i)
      table.as<std::int8_t>()[i] = static_cast<std::int8_t>(random_.integer(-127, 127));
    node.parameters.push_back({"table", graph_.add_tensor(std::move(table))});
    return append(std::move(node));
  }

  // The mean of every channel.
  ValueId global_mean(ValueId input) {
    AveragePoolAttributes a;
    a.window_height = static_cast<std::int32_t>(value(input).shape[1]);
    a.window_width = static_cast<std::int32_t>(value(input).shape[2]);
    a.factor = 1.7f;
    return append("mean", Op::average_pool, {input}, a);
  }

  ValueId average(ValueId input) {
    AveragePoolAttributes a;
    a.window_height = a.window_width = 3;
    a.stride_height = a.stride_width = 2;
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = 1;
    a.count_padding = static_cast<std::int32_t>(random_.integer(0, 1));
    a.factor = 1.25f;
    return append("average", Op::average_pool, {input}, a);
  }

  ValueId maximum(ValueId input) {
    MaxPoolAttributes a;
    a.window_height = a.window_width = 3;
    a.stride_height = a.stride_width = 1;
    a.pad_top = a.pad_left = 1;
    return append("maximum", Op::max_pool, {input}, a);
  }

  // A map and its double, transposed twice: its pixels are in one row then.
  ValueId shuffle_channels(ValueId input) {
    const ValueId twice =
        append("twice", Op::add, {input, input}, AddAttributes{1.0f, 1.0f, -100.0f, 100.0f});
    const ValueId joined = append("join", Op::concatenate, {input, twice});
    return append("turn_back", Op::transpose, {append("turn", Op::transpose, {joined})});
  }

  // What heads have, of an f32 map: layer normalisation, a generalized mean and residuals per cluster.
  ValueId head(ValueId map) {
    const std::int64_t channels = value(map).shape[3];
    Node normalize = {"layer_norm", Op::layer_norm, {map}, kNone, LayerNormAttributes{1e-6f}, {}};
    add_floats(normalize, "weight", channels, 0.5f, 1.5f);
    add_floats(normalize, "bias", channels, -0.1f, 0.5f);
    map = append(std::move(normalize));
    const float p = random_.integer(0, 1) == 0 ? 3.0f : random_.real(0.5f, 6.0f);
    const ValueId means = append("gem", Op::gem_pool, {map}, GemPoolAttributes{p, 1e-6f});
    const ValueId shares = append("softmax", Op::softmax, {map});
    map = append("unit", Op::l2_normalize_channels, {map});
    const VladAttributes order = {static_cast<std::int32_t>(random_.integer(0, 1))};
    Node residuals = {"vlad", Op::vlad, {shares, map}, kNone, order, {}};
    add_floats(residuals, "centers", Shape(channels, channels), -0.3f, 0.3f);
    return append("both", Op::concatenate, {means, append(std::move(residuals))});
  }

 private:
  static Tensor empty(DataType type, const Shape& shape) {
    return {"constant", type, shape, std::vector<std::byte>(dense_bytes(type, shape))};
  }

  Tensor weights(DataType type, const Shape& shape) {
    Tensor tensor = empty(type, shape);
    const std::int64_t rows = shape[0];
    const std::int64_t columns = shape.elements() / rows;
    const std::size_t row_bytes = tensor.data.size() / static_cast<std::size_t>(rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < columns; ++i)
        write_weight(type, tensor.data.data() + static_cast<std::size_t>(row) * row_bytes, i, columns);
    }
    return tensor;
  }

  void write_weight(DataType type, std::byte* row, std::int64_t i, std::int64_t depth) {
    const int bits = bits_per_element(type);
    if (type == DataType::f32 || type == DataType::f16) {
      const float value = random_.real(-1.5f, 1.5f) / std::sqrt(static_cast<float>(depth));
      const std::uint16_t half = float_to_half(value);
      if (bits == 32) std::memcpy(row + 4 * i, &value, 4);
      if (bits == 16) std::memcpy(row + 2 * i, &half, 2);
      return;
    }
    const std::int64_t largest = type == DataType::s8 ? 127 : 7;
    const std::int64_t code =
        bits < 4 ? random_.integer(0, (1 << bits) - 1) : random_.integer(-largest, largest);
    const auto field = static_cast<unsigned>(code) & ((1u << bits) - 1);
    row[i * bits / 8] |= static_cast<std::byte>(field << (i * bits % 8));
  }

  Graph& graph_;
  Random& random_;
};

ModelContents empty_model(Random& random) {
  ModelContents contents;
  contents.network = "layers";
  contents.preprocessing.height = static_cast<std::int32_t>(random.integer(5, 18));
  contents.preprocessing.width = static_cast<std::int32_t>(random.integer(5, 18));
  contents.graph.input = contents.graph.add_value(
      "image", DataType::u8, Shape(1, contents.preprocessing.height, contents.preprocessing.width, 3));
  return contents;
}

void finish(ModelContents& contents, LayerBuilder& build, ValueId features) {
  contents.graph.features = features;
  const ValueId flat = build.append("flatten", Op::reshape, {features});
  contents.graph.descriptor = build.append("normalize", Op::l2_normalize, {flat});
}

}  // namespace

ModelContents quantized_model(Random& random) {
  using enum Epilogue;
  ModelContents contents = empty_model(random);
  LayerBuilder build(contents.graph, random);
  ValueId value = build.convolve("first", contents.graph.input, kChannels, 3, DataType::s8, requantize, 0.0f);
  const ValueId shortcut = value;
  value = build.convolve("depthwise", value, kChannels, 3, DataType::s8, requantize, -127.0f, true);
  value = build.convolve("four_bits", value, kChannels, 1, DataType::s4, requantize, -127.0f);
  value = build.append("add", Op::add, {value, shortcut}, AddAttributes{0.75f, 0.5f, -100.0f, 127.0f});
  value = build.unsigned_codes(value);
  ValueId gate =
      build.convolve("gate", build.global_mean(value), kChannels, 1, DataType::s8, requantize, 0.0f);
  gate = build.lookup(gate);
  value = build.append("gated", Op::multiply_channels, {value, gate},
                       MultiplyChannelsAttributes{0.02f, -127.0f, 127.0f});
  value = build.convolve("two_bits", build.maximum(value), 40, 3, DataType::b2, requantize, -7.0f);
  value =
      build.convolve("signs", build.average(build.shuffle_channels(value)), 33, 3, DataType::b1, raw, 0.0f);
  Node dequantize = {"dequantize", Op::dequantize, {value}, kNone, DequantizeAttributes{}, {}};
  build.add_floats(dequantize, "scale", 33, 0.001f, 0.01f);
  build.add_floats(dequantize, "bias", 33, -1.0f, 1.0f);
  finish(contents, build, build.head(build.append(std::move(dequantize))));
  return contents;
}

ModelContents float_model(Random& random, DataType type) {
  using enum Epilogue;
  ModelContents contents = empty_model(random);
  LayerBuilder build(contents.graph, random);
  ValueId value = build.convolve("first", contents.graph.input, kChannels, 3, DataType::s8, affine, 0.0f);
  if (type == DataType::f16) value = build.append("halve", Op::cast, {value}, CastAttributes{type});
  const ValueId shortcut = value;
  value = build.convolve("depthwise", value, kChannels, 3, type, affine, -10.0f, true);
  for (int kind = 0; kind < kActivationKinds; ++kind) {
    value = build.append("activation", Op::activation, {value},
                         ActivationAttributes{static_cast<ActivationKind>(kind), 0.2f});
    const DataType weights[] = {type, DataType::b1, DataType::b2, DataType::s4, DataType::s8};
    value = build.convolve("mix", value, kChannels, 1, weights[kind % 5], affine, -10.0f);
  }
  value = build.append("add", Op::add, {value, shortcut}, AddAttributes{});
  value = build.append("gated", Op::multiply_channels, {value, build.global_mean(value)},
                       MultiplyChannelsAttributes{});
  value = build.average(build.shuffle_channels(build.maximum(value)));
  value = build.convolve("last", value, 40, 3, type, affine, -10.0f);
  if (type == DataType::f16) value = build.append("widen", Op::cast, {value}, CastAttributes{DataType::f32});
  finish(contents, build, build.head(value));
  return contents;
}

ModelContents binary_model(Random& random) {
  ModelContents contents = empty_model(random);
  LayerBuilder build(contents.graph, random);
  ValueId value = build.convolve("first", contents.graph.input, 40, 3, DataType::s8, Epilogue::affine, -1.0f);
  const ValueId first = build.binary_block("first_block", value, 40, PaddingValue::zero);
  value = build.maximum(build.append("sum", Op::add, {first, value}, AddAttributes{}));
  const ValueId second = build.binary_block("second_block", value, 40, PaddingValue::one);
  value = build.append("second_sum", Op::add, {second, value}, AddAttributes{});
  finish(contents, build, build.binary_block("third_block", value, 70, PaddingValue::one));
  return contents;
}

}  // namespace bitplace::test
