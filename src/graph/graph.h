// The layer graph: flat arrays of values, nodes and constant tensors, joined by index.
//
// One representation serves both sides. The desk side builds a float graph from a checkpoint and lowers it
// pass by pass; what is left at the end uses deployable operations only, and that is what a .vpr file holds
// and the robot side plans. Nodes are in topological order: a node reads values that an earlier node wrote or
// the input.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bitplace/result.h"
#include "bitplace/tensor.h"
#include "kernels/activation/activation.h"

namespace bitplace {

using ValueId = std::int32_t;
using TensorId = std::int32_t;
inline constexpr std::int32_t kNone = -1;

enum class Op : std::uint8_t {
  // Deployable.
  convolution = 0,         // activation x weight -> accumulator -> [max-pool] -> epilogue
  max_pool = 1,            // any type; for b1 parameter "flip" picks AND (0) or OR (1) per channel
  threshold = 2,           // s32, f32 -> b1: bit = (x < threshold[c]) xor flip[c]
  sign = 3,                // f32 -> b1: bit = (x < 0); -0.0 and NaN give 0
  reshape = 4,             // same elements, another shape; no data moves
  l2_normalize = 5,        // s32, f32 -> f32: x / max(|x|, 1e-12)
  quantize = 6,            // s32, f16, f32 -> s8: round_half_even(clamp(float(x) * scale, low, high))
  average_pool = 7,        // s8, f16, f32: mean of the window's taps (kernels/average_pool/average_pool.h)
  add = 8,                 // two of s8, f16 or f32: clamp(a + b), codes scaled before and rounded after
  activation = 9,          // f16, f32: one of ActivationKind, element by element
  lookup = 10,             // u8, s8 -> s8: any function of one byte; parameter "table" s8[256]
  dequantize = 11,         // s8 -> f16, f32: x * scale; s32 -> f32: x * "scale"[c] + "bias"[c]
  cast = 12,               // f32 -> f16, f16 -> f32
  multiply_channels = 13,  // s8, f16, f32: a map times one value per channel, codes scaled and rounded
  gem_pool = 14,           // f32 map -> f32 per channel: (mean of max(x, epsilon)^p)^(1/p)
  l2_normalize_channels = 15,  // f32: each pixel divided by max(its length over the channels, 1e-12)
  softmax = 16,                // f32: over the channels of each pixel
  vlad = 17,                   // assignments [h, w, K] and features [h, w, D], f32 -> residuals [K * D]
  layer_norm = 18,             // f32: each pixel to mean 0 and variance 1, times "weight", plus "bias"
  transpose = 19,              // s8, f16, f32: [1, h, w, c] -> [1, 1, c, h * w]
  concatenate = 20,            // two of s8, f16 or f32: the second's channels behind the first's
  // Desk only: lowered away before a model is written.
  divide = 64,        // s32, f32 -> f32: x / divisor
  multiply_add = 65,  // s32, f32 -> f32: x * multiplier[c] + addend[c]
  batch_norm = 66,    // s32, f32 -> f32: (x - mean[c]) / sqrt(variance[c] + epsilon) * weight[c] + bias[c]
  levels = 67,        // s32, f32 -> f32: round_half_even(clamp(x * scale + offset, 0, high)) * step + base
};

// What stands outside the image: nothing (valid), 0, or +1 (which is bit 0).
enum class PaddingValue : std::uint8_t { valid = 0, zero = 1, one = 2 };

// What becomes of a convolution's accumulators, after pooling.
enum class Epilogue : std::uint8_t {
  raw = 0,        // s32 as it is (f32 in float graphs)
  threshold = 1,  // b1: bit = (accumulator < threshold[c]) xor flip[c]; parameters "threshold" s32, "flip" u8
  requantize = 2,  // s8: round_half_even(clamp(float(accumulator) * scale[c] + bias[c], low, high)); "scale",
                   // "bias" f32; u8 where high is 128 to 255
  affine = 3,  // f32 or f16: clamp(float(accumulator) * scale[c] + bias[c], low, high); float weights have no
               // "scale"
};

struct ConvolutionAttributes {
  std::int32_t kernel_height = 1, kernel_width = 1;
  std::int32_t stride_height = 1, stride_width = 1;
  std::int32_t dilation_height = 1, dilation_width = 1;
  std::int32_t groups = 1;
  std::int32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  PaddingValue padding = PaddingValue::valid;
  std::int32_t pool_height = 1,
               pool_width = 1;  // non-overlapping windows, the remainder dropped; 1 x 1 is none
  Epilogue epilogue = Epilogue::raw;
  // Clamp of requantize and affine: an activation such as ReLU. s8 stays within [-127, 127] in any case.
  float output_low = -std::numeric_limits<float>::infinity();
  float output_high = std::numeric_limits<float>::infinity();
  DataType output_type = DataType::f32;  // of affine: f32, f16
  std::int32_t ordered = 0;              // 1, of f32 weights and activations: kernels/convolution_f32_ordered
};

struct MaxPoolAttributes {
  std::int32_t window_height = 1, window_width = 1;
  std::int32_t stride_height = 1, stride_width = 1;
  std::int32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;  // padded taps never win
};

struct QuantizeAttributes {
  float scale = 1.0f;
  float low = -127.0f, high = 127.0f;
};

struct AveragePoolAttributes {
  std::int32_t window_height = 1, window_width = 1;
  std::int32_t stride_height = 1, stride_width = 1;
  std::int32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  std::int32_t count_padding = 0;  // 1: padded taps count as zeros
  float factor = 1.0f;             // s8 only: the input's scale over the output's
};

// Scales: s8 only. Clamps: for s8 inside [-127, 127] in any case.
struct AddAttributes {
  float scale_a = 1.0f, scale_b = 1.0f;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

struct MultiplyChannelsAttributes {
  float scale = 1.0f;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

struct ActivationAttributes {
  ActivationKind kind = ActivationKind::relu;
  float alpha = 0.0f;  // leaky_tanh, leaky_relu
};

struct DequantizeAttributes {
  float scale = 1.0f;  // of s8
  DataType output_type = DataType::f32;
};

struct CastAttributes {
  DataType output_type = DataType::f16;
};

struct GemPoolAttributes {
  float p = 3.0f;
  float epsilon = 1e-6f;
};

// Each cluster's sum of residuals, V[k][d] = sum over pixels of a[k] * (x[d] - centers[k][d]), is divided by
// max(its length, 1e-12). The result is stored cluster after cluster, or all clusters of one dimension
// together.
struct VladAttributes {
  std::int32_t dimension_major = 0;
};

struct LayerNormAttributes {
  float epsilon = 1e-5f;
};

struct DivideAttributes {
  float divisor = 1.0f;
};

struct BatchNormAttributes {
  double epsilon = 1e-5;
};

// Few levels, evenly spaced: code 0 is `base`, code `high` the level farthest from it.
struct LevelsAttributes {
  float scale = 1.0f, offset = 0.0f;
  float high = 1.0f;  // a whole number from 1 to 255
  float step = 1.0f, base = 0.0f;
};

struct NoAttributes {};

using Attributes =
    std::variant<NoAttributes, ConvolutionAttributes, MaxPoolAttributes, QuantizeAttributes, DivideAttributes,
                 BatchNormAttributes, AveragePoolAttributes, AddAttributes, MultiplyChannelsAttributes,
                 ActivationAttributes, DequantizeAttributes, CastAttributes, GemPoolAttributes,
                 VladAttributes, LayerNormAttributes, LevelsAttributes>;

// Activations are NHWC with N = 1.
struct Value {
  std::string name;
  DataType type = DataType::f32;
  Shape shape;
};

// A constant that a node uses, by the part it plays: "weight", "threshold", "flip", "multiplier", ...
struct Parameter {
  std::string role;
  TensorId tensor = kNone;
};

struct Node {
  std::string name;
  Op op = Op::reshape;
  std::vector<ValueId> inputs;
  ValueId output = kNone;
  Attributes attributes;
  std::vector<Parameter> parameters;
};

struct Graph {
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<Tensor> tensors;
  ValueId input = kNone;
  ValueId features = kNone;    // the last layer as it is, before normalisation or descriptor encoding
  ValueId descriptor = kNone;  // what describe() returns

  ValueId add_value(std::string name, DataType type, const Shape& shape);
  TensorId add_tensor(Tensor tensor);
  // Appends the node and its output value, whose type and shape are inferred.
  Result<ValueId> append(Node node);

  const Tensor* parameter(const Node& node, std::string_view role) const;  // null where the node has none
  std::vector<std::size_t> readers(ValueId value) const;  // indices of the nodes that read it
};

const char* op_name(Op op);
bool op_from_code(std::uint8_t code, Op* op);
bool is_deployable(Op op);
const char* padding_name(PaddingValue padding);
const char* epilogue_name(Epilogue epilogue);
const char* activation_name(ActivationKind kind);

// An optional field came after format version 1.0: files leave it out where it has its default.
struct FieldName {
  const char* text;
  bool optional;

  constexpr FieldName(const char* name, bool is_optional = false) : text(name), optional(is_optional) {}
};

// The fields of an attribute structure, by name: the one list behind the text dump and the file format.
template <typename A, typename Visitor>
void visit_fields(A& a, Visitor&& field) {
  using T = std::remove_const_t<A>;
  if constexpr (std::is_same_v<T, ConvolutionAttributes>) {
    field("kernel_height", a.kernel_height);
    field("kernel_width", a.kernel_width);
    field("stride_height", a.stride_height);
    field("stride_width", a.stride_width);
    field("dilation_height", a.dilation_height);
    field("dilation_width", a.dilation_width);
    field("groups", a.groups);
    field("pad_top", a.pad_top);
    field("pad_left", a.pad_left);
    field("pad_bottom", a.pad_bottom);
    field("pad_right", a.pad_right);
    field("padding", a.padding);
    field("pool_height", a.pool_height);
    field("pool_width", a.pool_width);
    field("epilogue", a.epilogue);
    field({"output_low", true}, a.output_low);
    field({"output_high", true}, a.output_high);
    field({"output_type", true}, a.output_type);
    field({"ordered", true}, a.ordered);
  } else if constexpr (std::is_same_v<T, MaxPoolAttributes>) {
    field("window_height", a.window_height);
    field("window_width", a.window_width);
    field("stride_height", a.stride_height);
    field("stride_width", a.stride_width);
    field("pad_top", a.pad_top);
    field("pad_left", a.pad_left);
    field("pad_bottom", a.pad_bottom);
    field("pad_right", a.pad_right);
  } else if constexpr (std::is_same_v<T, QuantizeAttributes>) {
    field("scale", a.scale);
    field({"low", true}, a.low);
    field({"high", true}, a.high);
  } else if constexpr (std::is_same_v<T, AveragePoolAttributes>) {
    field("window_height", a.window_height);
    field("window_width", a.window_width);
    field("stride_height", a.stride_height);
    field("stride_width", a.stride_width);
    field("pad_top", a.pad_top);
    field("pad_left", a.pad_left);
    field("pad_bottom", a.pad_bottom);
    field("pad_right", a.pad_right);
    field("count_padding", a.count_padding);
    field("factor", a.factor);
  } else if constexpr (std::is_same_v<T, AddAttributes>) {
    field("scale_a", a.scale_a);
    field("scale_b", a.scale_b);
    field("low", a.low);
    field("high", a.high);
  } else if constexpr (std::is_same_v<T, MultiplyChannelsAttributes>) {
    field("scale", a.scale);
    field("low", a.low);
    field("high", a.high);
  } else if constexpr (std::is_same_v<T, ActivationAttributes>) {
    field("kind", a.kind);
    field("alpha", a.alpha);
  } else if constexpr (std::is_same_v<T, DequantizeAttributes>) {
    field("scale", a.scale);
    field("output_type", a.output_type);
  } else if constexpr (std::is_same_v<T, CastAttributes>) {
    field("output_type", a.output_type);
  } else if constexpr (std::is_same_v<T, GemPoolAttributes>) {
    field("p", a.p);
    field("epsilon", a.epsilon);
  } else if constexpr (std::is_same_v<T, VladAttributes>) {
    field("dimension_major", a.dimension_major);
  } else if constexpr (std::is_same_v<T, LayerNormAttributes> || std::is_same_v<T, BatchNormAttributes>) {
    field("epsilon", a.epsilon);
  } else if constexpr (std::is_same_v<T, DivideAttributes>) {
    field("divisor", a.divisor);
  } else if constexpr (std::is_same_v<T, LevelsAttributes>) {
    field("scale", a.scale);
    field("offset", a.offset);
    field("high", a.high);
    field("step", a.step);
    field("base", a.base);
  }
}

// The attribute structure that an operation carries, with its defaults.
Attributes default_attributes(Op op);

}  // namespace bitplace
