#include "mixed_graph.h"

#include <cmath>
#include <stdexcept>

#include "lowering/rewrite.h"
#include "networks/bits.h"

namespace bitplace::test {
namespace {

using Convolution = MixedBuilder::Convolution;

// Batch-norm and ReLU behind a real convolution.
ValueId stem(MixedBuilder& net, std::int64_t filters) {
  ValueId x = net.batch_norm("stem_bn", net.real("stem", net.input(), {filters, 3}), 0.5f);
  x = net.activation("stem_relu", x, ActivationKind::relu);
  return net.max_pool("stem_pool", x, 3, 2, 1);
}

Graph shortcuts(MixedBuilder& net) {
  ValueId x = stem(net, 40);
  ValueId y = net.binary("conv1", net.sign("sign1", x), {40, 3});  // of a ReLU: every bit is +1
  y = net.batch_norm("bn1", net.factors("factors1", y, 0.05f), 3.0f);
  x = net.add("sum1", net.activation("relu1", y, ActivationKind::relu), x);
  y = net.binary("conv2", net.sign("sign2", net.batch_norm("bn2_in", x, 1.0f)),
                 {40, 3, 1, PaddingValue::one});
  x = net.add("sum2", net.batch_norm("bn2", y, 18.0f), x);
  const ValueId bits = net.sign("sign3", x);
  y = net.factors("factors3", net.binary("conv3", bits, {48, 3, 2}), 0.05f);
  const ValueId shortcut = net.batch_norm(
      "down_bn", net.real("down", net.average("halve", x, 2), {48, 1, 1, PaddingValue::valid}), 0.7f);
  x = net.add("sum3", net.batch_norm("bn3", y, 1.0f), shortcut);
  return net.finish(net.average("mean", net.activation("relu3", x, ActivationKind::relu), 0));
}

Graph gates(MixedBuilder& net) {
  ValueId x = stem(net, 32);
  for (const std::string name : {"a", "b"}) {
    ValueId y = net.sign("sign_" + name, net.batch_norm("bn_" + name, x, 1.0f));
    y = net.factors("factors_" + name, net.binary("conv_" + name, y, {32, 3}), 0.06f);
    ValueId gate = net.average("mean_" + name, x, 0);
    gate = net.real("squeeze_" + name, gate, {4, 1, 1, PaddingValue::valid});
    gate = net.activation("squeeze_relu_" + name, gate, ActivationKind::relu);
    gate = net.real("excite_" + name, gate, {32, 1, 1, PaddingValue::valid});
    gate = net.activation("excite_sigmoid_" + name, gate, ActivationKind::sigmoid);
    x = net.add("sum_" + name, net.gate("gated_" + name, y, gate), x);
  }
  return net.finish(net.batch_norm("last_bn", x, 1.0f));
}

Graph pooled_bits(MixedBuilder& net) {
  ValueId x = net.sign("sign2", net.batch_norm("bn2", stem(net, 36), 1.0f));
  x = net.max_pool("pool2", net.binary("conv2", x, {33, 5, 1, PaddingValue::zero}), 3, 2, 1);
  x = net.sign("sign3", net.batch_norm("bn3", x, 30.0f));
  x = net.binary("conv3", x, {40, 3});
  x = net.max_pool("pool3", net.factors("factors3", x, 0.05f), 2, 2);
  x = net.sign("sign4", net.batch_norm("bn4", x, 1.0f));
  x = net.max_pool("pool4", net.binary("conv4", x, {24, 1, 1, PaddingValue::valid}), 2, 2);
  return net.finish(net.activation("relu4", net.batch_norm("bn5", x, 6.0f), ActivationKind::relu));
}

Graph odd_levels_graph(MixedBuilder& net, int bits) {
  const std::int32_t largest = (1 << bits) - 1;
  ValueId x = net.real("conv1", net.input(), {20, 5, 1, PaddingValue::valid, largest});
  x = net.batch_norm("bn2", net.max_pool("pool1", x, 2, 2), 3.0f);
  x = net.real("conv2", net.levels("levels2", x, odd_levels(bits)), {24, 3, 1, PaddingValue::one, largest});
  x = net.levels("levels3", net.batch_norm("bn3", x, 6.0f), odd_levels(bits));
  x = net.real("conv3", x, {17, 3, 1, PaddingValue::one, largest});
  x = net.batch_norm("bn4", net.max_pool("pool3", x, 2, 2), 6.0f);
  x = net.real("conv4", net.levels("levels4", x, odd_levels(bits)), {16, 3, 1, PaddingValue::one, largest});
  return net.finish(net.max_pool("pool4", x, 2, 1));
}

Graph rising_levels_graph(MixedBuilder& net) {
  ValueId x = net.levels("levels1", net.real("conv1", net.input(), {24, 3, 2}), rising_levels(2));
  x = net.batch_norm("bn2", net.real("conv2", x, {24, 3, 1, PaddingValue::zero, 3}), 4.0f);
  x = net.levels("levels2", net.max_pool("pool2", x, 3, 2, 1), rising_levels(2));
  const ValueId kept = x;
  x = net.batch_norm("bn3", net.real("conv3", x, {24, 3, 1, PaddingValue::zero, 3}), 4.0f);
  x = net.add("sum", x, kept);
  x = net.levels("levels3", net.activation("relu3", x, ActivationKind::relu), rising_levels(3));
  x = net.sign("sign4", net.batch_norm("bn4", net.real("conv4", x, {33, 3, 1, PaddingValue::zero, 1}), 6.0f));
  return net.finish(net.factors("factors5", net.binary("conv5", x, {10, 1, 1, PaddingValue::valid}), 0.2f));
}

Graph coarse_weights(MixedBuilder& net) {
  ValueId x = net.batch_norm("bn1", net.real("conv1", net.input(), {16, 3, 1, PaddingValue::zero, 3}), 1.0f);
  x = net.activation("relu1", x, ActivationKind::relu);
  const ValueId first = x;
  x = net.activation("tanh2", x, ActivationKind::leaky_tanh, 0.2f);
  x = net.batch_norm("bn2", net.real("conv2", x, {16, 3, 1, PaddingValue::zero, 3}), 2.0f);
  x = net.add("sum2", net.activation("relu2", x, ActivationKind::relu), first);
  x = net.batch_norm("bn3", net.real("conv3", x, {24, 3, 2, PaddingValue::zero, 1}), 4.0f);
  return net.finish(net.average("mean", net.activation("relu3", x, ActivationKind::relu), 0));
}

}  // namespace

const char* mixed_name(Mixed mixed) {
  constexpr const char* kNames[] = {"shortcuts",  "gates",         "pooled bits",
                                    "odd levels", "rising levels", "coarse weights"};
  return kNames[static_cast<std::size_t>(mixed)];
}

Graph mixed_graph(Mixed mixed, Random& random, int bits) {
  MixedBuilder net(random, kMixedHeight, kMixedWidth);
  switch (mixed) {
    case Mixed::shortcuts:
      return shortcuts(net);
    case Mixed::gates:
      return gates(net);
    case Mixed::pooled_bits:
      return pooled_bits(net);
    case Mixed::odd_levels:
      return odd_levels_graph(net, bits);
    case Mixed::rising_levels:
      return rising_levels_graph(net);
    case Mixed::coarse_weights:
      break;
  }
  return coarse_weights(net);
}

LevelsAttributes odd_levels(int bits) {
  const auto count = static_cast<float>(1 << bits);
  return {-count / 2, (count - 1) / 2, count - 1, -2.0f / (count - 1), 1.0f};
}

LevelsAttributes rising_levels(int bits) {
  const auto high = static_cast<float>((1 << bits) - 1);
  return {high, 0.0f, high, 1.0f / high, 0.0f};
}

MixedBuilder::MixedBuilder(Random& random, std::int64_t height, std::int64_t width) : random_(random) {
  graph_.input = graph_.add_value("image", DataType::f32, Shape(1, height, width, 3));
}

ConvolutionAttributes MixedBuilder::attributes_of(const Convolution& shape) const {
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = shape.kernel;
  a.stride_height = a.stride_width = shape.stride;
  a.padding = shape.padding;
  if (shape.padding != PaddingValue::valid)
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = shape.kernel / 2;
  return a;
}

Parameter MixedBuilder::numbers(const std::string& name, const char* role, std::int64_t count, float low,
                                float high) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = random_.real(low, high);
  return {role, graph_.add_tensor(make_tensor(name + "." + role, values))};
}

ValueId MixedBuilder::real(const std::string& name, ValueId x, const Convolution& shape) {
  ConvolutionAttributes a = attributes_of(shape);
  a.epilogue = Epilogue::affine;
  const Shape extents(shape.filters, shape.kernel, shape.kernel, channels(x));
  const std::int64_t depth = extents.elements() / shape.filters;
  const float size = 1.7f / std::sqrt(static_cast<float>(depth));
  Parameter weight = numbers(name, "weight", extents.elements(), -size, size);
  Tensor& weights = graph_.tensors[static_cast<std::size_t>(weight.tensor)];
  weights.shape = extents;
  const Parameter bias = numbers(name, "bias", shape.filters, -0.1f, 0.1f);
  Node node{name, Op::convolution, {x}, kNone, a, {weight, bias}};
  if (shape.largest > 0) {
    const float step = 1.0f / static_cast<float>(shape.largest);
    float* values = graph_.tensors[static_cast<std::size_t>(weight.tensor)].as<float>();
    for (std::int64_t i = 0; i < extents.elements(); ++i)
      values[i] = static_cast<float>(2 * random_.integer(0, shape.largest) - shape.largest) * step;
    node.parameters.push_back(numbers(name, "weight_scale", shape.filters, step, step));
  }
  return append(std::move(node));
}

ValueId MixedBuilder::binary(const std::string& name, ValueId x, const Convolution& shape) {
  Tensor weight =
      pack_sign_rows(name + ".weight", Shape(shape.filters, shape.kernel, shape.kernel, channels(x)),
                     [&](std::int64_t, std::int64_t) { return random_.bits() % 2 == 0; });
  const TensorId tensor = graph_.add_tensor(std::move(weight));
  return append({name, Op::convolution, {x}, kNone, attributes_of(shape), {{"weight", tensor}}});
}

ValueId MixedBuilder::sign(const std::string& name, ValueId x) {
  return append({name, Op::sign, {x}, kNone, NoAttributes{}, {}});
}

ValueId MixedBuilder::levels(const std::string& name, ValueId x, const LevelsAttributes& attributes) {
  return append({name, Op::levels, {x}, kNone, attributes, {}});
}

ValueId MixedBuilder::factors(const std::string& name, ValueId x, float size) {
  const Parameter multiplier = numbers(name, "multiplier", channels(x), -size, size);
  graph_.tensors[static_cast<std::size_t>(multiplier.tensor)].as<float>()[3] = 0.0f;
  const Parameter addend = numbers(name, "addend", channels(x), 0.0f, 0.0f);
  return append({name, Op::multiply_add, {x}, kNone, NoAttributes{}, {multiplier, addend}});
}

ValueId MixedBuilder::batch_norm(const std::string& name, ValueId x, float spread) {
  const std::int64_t count = channels(x);
  const Parameter mean = numbers(name, "mean", count, -0.4f * spread, 0.4f * spread);
  const Parameter variance = numbers(name, "variance", count, 0.3f * spread * spread, spread * spread);
  const Parameter weight = numbers(name, "weight", count, -1.5f, 1.5f);
  const Parameter bias = numbers(name, "bias", count, -0.3f, 0.3f);
  return append(
      {name, Op::batch_norm, {x}, kNone, BatchNormAttributes{1e-3}, {mean, variance, weight, bias}});
}

ValueId MixedBuilder::activation(const std::string& name, ValueId x, ActivationKind kind, float alpha) {
  return append({name, Op::activation, {x}, kNone, ActivationAttributes{kind, alpha}, {}});
}

ValueId MixedBuilder::max_pool(const std::string& name, ValueId x, std::int32_t window, std::int32_t stride,
                               std::int32_t pad) {
  return append({name,
                 Op::max_pool,
                 {x},
                 kNone,
                 MaxPoolAttributes{window, window, stride, stride, pad, pad, pad, pad},
                 {}});
}

ValueId MixedBuilder::average(const std::string& name, ValueId x, std::int32_t window) {
  const Shape& shape = graph_.values[static_cast<std::size_t>(x)].shape;
  AveragePoolAttributes a;
  a.window_height = a.stride_height = window > 0 ? window : static_cast<std::int32_t>(shape[1]);
  a.window_width = a.stride_width = window > 0 ? window : static_cast<std::int32_t>(shape[2]);
  if (window > 0) {
    a.pad_bottom = static_cast<std::int32_t>(shape[1] % window);
    a.pad_right = static_cast<std::int32_t>(shape[2] % window);
  }
  return append({name, Op::average_pool, {x}, kNone, a, {}});
}

ValueId MixedBuilder::add(const std::string& name, ValueId a, ValueId b) {
  return append({name, Op::add, {a, b}, kNone, AddAttributes{}, {}});
}

ValueId MixedBuilder::gate(const std::string& name, ValueId x, ValueId gate) {
  return append({name, Op::multiply_channels, {x, gate}, kNone, MultiplyChannelsAttributes{}, {}});
}

Graph MixedBuilder::finish(ValueId features) {
  graph_.features = graph_.descriptor = features;
  return std::move(graph_);
}

ValueId MixedBuilder::append(Node node) {
  const Result<ValueId> value = graph_.append(std::move(node));
  if (!value.ok()) throw std::logic_error(value.error().message());
  return *value;
}

}  // namespace bitplace::test
