#include "lowering/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/channel_function.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

using Numbers = std::vector<double>;

double meaning(bool bit) {
  return bit ? -1.0 : 1.0;
}

// Weights as numbers, in (row, column, input channel, output channel) order.
Numbers expand_weights(const Tensor& weight) {
  const auto filters = static_cast<std::size_t>(weight.shape[0]);
  const auto depth = static_cast<std::size_t>(weight.shape[1] * weight.shape[2] * weight.shape[3]);
  const std::size_t row_bytes = dense_bytes(weight.type, weight.shape) / filters;
  Numbers expanded(depth * filters);
  for (std::size_t o = 0; o < filters; ++o) {
    for (std::size_t k = 0; k < depth; ++k) {
      const std::byte byte = weight.data[o * row_bytes + k / 8];
      expanded[k * filters + o] = meaning((std::to_integer<int>(byte) >> (k % 8) & 1) != 0);
    }
  }
  return expanded;
}

struct Convolution {
  const ConvolutionAttributes& attributes;
  const Shape& input_shape;
  const Shape& output_shape;
  const Numbers& input;
  Numbers weights;

  // Adds one tap's products to the accumulators of one position; outside the image every input is `outside`.
  void add_tap(const double* pixel, double outside, std::size_t tap, double* sums) const {
    const auto filters = static_cast<std::size_t>(output_shape[3]);
    const auto groups = static_cast<std::size_t>(attributes.groups);
    const std::size_t group_inputs = static_cast<std::size_t>(input_shape[3]) / groups;
    const std::size_t group_outputs = filters / groups;
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t c = 0; c < group_inputs; ++c) {
        const double x = pixel != nullptr ? pixel[g * group_inputs + c] : outside;
        const double* row = weights.data() + (tap * group_inputs + c) * filters + g * group_outputs;
        double* out = sums + g * group_outputs;
        for (std::size_t o = 0; o < group_outputs; ++o)
          out[o] += x * row[o];
      }
    }
  }

  void position(std::int64_t row, std::int64_t column, double* sums) const {
    const ConvolutionAttributes& a = attributes;
    const double outside = a.padding == PaddingValue::one ? 1.0 : 0.0;
    std::size_t tap = 0;
    for (std::int64_t ky = 0; ky < a.kernel_height; ++ky) {
      for (std::int64_t kx = 0; kx < a.kernel_width; ++kx, ++tap) {
        const std::int64_t y = row * a.stride_height - a.pad_top + ky * a.dilation_height;
        const std::int64_t x = column * a.stride_width - a.pad_left + kx * a.dilation_width;
        const bool inside = y >= 0 && y < input_shape[1] && x >= 0 && x < input_shape[2];
        const double* pixel =
            inside ? &input[static_cast<std::size_t>((y * input_shape[2] + x) * input_shape[3])] : nullptr;
        add_tap(pixel, outside, tap, sums);
      }
    }
  }

  // The maximum over the pooling window of each output.
  Numbers run() const {
    const auto filters = static_cast<std::size_t>(output_shape[3]);
    Numbers output(static_cast<std::size_t>(output_shape.elements()),
                   -std::numeric_limits<double>::infinity());
    Numbers sums(filters);
    double* pixel = output.data();
    for (std::int64_t row = 0; row < output_shape[1]; ++row) {
      for (std::int64_t column = 0; column < output_shape[2]; ++column, pixel += filters) {
        for (std::int64_t p = 0; p < attributes.pool_height * attributes.pool_width; ++p) {
          std::fill(sums.begin(), sums.end(), 0.0);
          position(row * attributes.pool_height + p / attributes.pool_width,
                   column * attributes.pool_width + p % attributes.pool_width, sums.data());
          for (std::size_t o = 0; o < filters; ++o)
            pixel[o] = std::max(pixel[o], sums[o]);
        }
      }
    }
    return output;
  }
};

Numbers apply_threshold(const Graph& graph, const Node& node, const Numbers& input) {
  const Tensor& threshold = *graph.parameter(node, "threshold");
  const Tensor& flip = *graph.parameter(node, "flip");
  const auto channels = static_cast<std::size_t>(threshold.shape[0]);
  Numbers output(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::size_t c = i % channels;
    const bool below = input[i] < threshold.as<std::int32_t>()[c];
    output[i] = meaning(below != (flip.as<std::uint8_t>()[c] != 0));
  }
  return output;
}

Numbers max_pool(const Graph& graph, const Node& node, const Numbers& input) {
  const auto& a = std::get<MaxPoolAttributes>(node.attributes);
  const Shape& in = value_at(graph, node.inputs[0]).shape;
  const Shape& out = value_at(graph, node.output).shape;
  const Tensor* flip = graph.parameter(node, "flip");
  Numbers output;
  output.reserve(static_cast<std::size_t>(out.elements()));
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    const std::int64_t channel = i % out[3], column = i / out[3] % out[2], row = i / out[3] / out[2];
    const bool inverted = flip != nullptr && flip->data[static_cast<std::size_t>(channel)] != std::byte{0};
    double best = -std::numeric_limits<double>::infinity();
    for (std::int64_t w = 0; w < a.window_height * a.window_width; ++w) {
      const std::int64_t y = row * a.stride_height - a.pad_top + w / a.window_width;
      const std::int64_t x = column * a.stride_width - a.pad_left + w % a.window_width;
      if (y < 0 || y >= in[1] || x < 0 || x >= in[2]) continue;
      const double tap = input[static_cast<std::size_t>((y * in[2] + x) * in[3] + channel)];
      best = std::max(best, inverted ? -tap : tap);
    }
    output.push_back(inverted ? -best : best);
  }
  return output;
}

Numbers normalize(Numbers values) {
  double sum = 0.0;
  for (const double x : values)
    sum += x * x;
  const double norm = std::max(std::sqrt(sum), 1e-12);
  for (double& x : values)
    x /= norm;
  return values;
}

Numbers quantize(Numbers values, float scale) {
  for (double& x : values) {
    const float scaled = static_cast<float>(x) * scale;
    x = std::nearbyint(std::clamp(scaled, -127.0f, 127.0f));
  }
  return values;
}

Numbers affine(const Graph& graph, const Node& node, Numbers values) {
  const ChannelFunction f(graph, {&node});
  const auto channels = static_cast<std::size_t>(value_at(graph, node.output).shape[3]);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = f(values[i], i % channels);
  return values;
}

Numbers run_node(const Graph& graph, const Node& node, const Numbers& input) {
  switch (node.op) {
    case Op::convolution: {
      const auto& attributes = std::get<ConvolutionAttributes>(node.attributes);
      const Convolution convolution{attributes, value_at(graph, node.inputs[0]).shape,
                                    value_at(graph, node.output).shape, input,
                                    expand_weights(*graph.parameter(node, "weight"))};
      Numbers sums = convolution.run();
      return attributes.epilogue == Epilogue::threshold ? apply_threshold(graph, node, sums) : sums;
    }
    case Op::max_pool:
      return max_pool(graph, node, input);
    case Op::threshold:
      return apply_threshold(graph, node, input);
    case Op::sign: {
      Numbers signs(input.size());
      std::transform(input.begin(), input.end(), signs.begin(), [](double x) { return meaning(x < 0.0); });
      return signs;
    }
    case Op::reshape:
      return input;
    case Op::l2_normalize:
      return normalize(input);
    case Op::quantize:
      return quantize(input, std::get<QuantizeAttributes>(node.attributes).scale);
    case Op::divide:
    case Op::multiply_add:
    case Op::batch_norm:
      return affine(graph, node, input);
    case Op::average_pool:
    case Op::add:
    case Op::activation:
    case Op::lookup:
    case Op::dequantize:
    case Op::cast:
    case Op::multiply_channels:
    case Op::gem_pool:
    case Op::l2_normalize_channels:
    case Op::softmax:
    case Op::vlad:
    case Op::layer_norm:
    case Op::transpose:
    case Op::concatenate:
      break;  // refused before
  }
  return {};
}

// Float and binary networks are evaluated; quantized layers are not, nor what only they or real-valued
// networks have.
bool can_be_evaluated(const Graph& graph, const Node& node) {
  if (node.op >= Op::average_pool && is_deployable(node.op)) return false;
  if (node.op != Op::convolution) return true;
  const Epilogue epilogue = std::get<ConvolutionAttributes>(node.attributes).epilogue;
  return graph.parameter(node, "weight")->type == DataType::b1 && epilogue <= Epilogue::threshold;
}

}  // namespace

Result<EvaluatedValues> evaluate(const Graph& graph, const std::vector<double>& input) {
  BITPLACE_TRY(validate_graph(graph));
  if (static_cast<std::int64_t>(input.size()) != value_at(graph, graph.input).shape.elements())
    return make_error(ErrorCode::invalid_argument, "graph", "the input has another size");
  EvaluatedValues values(graph.values.size());
  values[static_cast<std::size_t>(graph.input)] = input;
  for (const Node& node : graph.nodes) {
    if (!can_be_evaluated(graph, node)) {
      return make_error(ErrorCode::unsupported, "layer '" + node.name + "'",
                        "only layers of networks with 1-bit weights can be evaluated");
    }
    values[static_cast<std::size_t>(node.output)] =
        run_node(graph, node, values[static_cast<std::size_t>(node.inputs[0])]);
  }
  return values;
}

std::int64_t count_sign_ties(const Graph& graph, const EvaluatedValues& values) {
  constexpr double kRounding = 1e-9;  // far above binary64's error in these sums, far below one grey level
  std::int64_t ties = 0;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::sign) continue;
    for (const double x : values[static_cast<std::size_t>(node.inputs[0])])
      ties += std::abs(x) < kRounding ? 1 : 0;
  }
  return ties;
}

}  // namespace bitplace
