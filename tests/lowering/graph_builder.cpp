#include "graph_builder.h"

#include <catch2/catch.hpp>

#include "lowering/rewrite.h"
#include "networks/bits.h"

namespace bitplace::test {

GraphBuilder::GraphBuilder(std::int64_t height, std::int64_t width, Random& random) : random_(random) {
  graph_.input = last_ = graph_.add_value("image", DataType::f32, Shape(1, height, width, 3));
}

void GraphBuilder::convolution(const std::string& name, std::int64_t filters, ConvolutionAttributes a) {
  const Shape shape(filters, std::int64_t{a.kernel_height}, std::int64_t{a.kernel_width},
                    channels() / a.groups);
  Tensor weight = pack_sign_rows(name + ".weight", shape,
                                 [&](std::int64_t, std::int64_t) { return random_.bits() % 2 == 0; });
  const TensorId tensor = graph_.add_tensor(std::move(weight));
  append({name, Op::convolution, {last_}, kNone, a, {{"weight", tensor}}});
}

void GraphBuilder::max_pool(const std::string& name, std::int32_t window, std::int32_t stride,
                            std::int32_t pad) {
  MaxPoolAttributes a;
  a.window_height = a.window_width = window;
  a.stride_height = a.stride_width = stride;
  a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = pad;
  append({name, Op::max_pool, {last_}, kNone, a, {}});
}

void GraphBuilder::multiply_add(const std::string& name, float scale, float spread) {
  const Parameter multiplier = constant("multiplier", -scale, scale, 7);
  const Parameter addend = constant("addend", -spread, spread, 0);
  append({name, Op::multiply_add, {last_}, kNone, NoAttributes{}, {multiplier, addend}});
}

void GraphBuilder::batch_norm(const std::string& name, float spread) {
  const Parameter mean = constant("mean", -spread, spread, 0);
  const Parameter variance = constant("variance", 0.0f, spread, 0);
  const Parameter weight = constant("weight", -1.5f, 1.5f, 7);
  const Parameter bias = constant("bias", -0.5f, 0.5f, 0);
  append({name, Op::batch_norm, {last_}, kNone, BatchNormAttributes{1e-3}, {mean, variance, weight, bias}});
}

void GraphBuilder::sign(const std::string& name) {
  append({name, Op::sign, {last_}, kNone, NoAttributes{}, {}});
}

Graph GraphBuilder::finish() {
  graph_.features = graph_.descriptor = last_;
  return std::move(graph_);
}

std::int64_t GraphBuilder::channels() const {
  return graph_.values[static_cast<std::size_t>(last_)].shape[3];
}

Parameter GraphBuilder::constant(const std::string& role, float low, float high, std::size_t zero_at) {
  std::vector<float> values(static_cast<std::size_t>(channels()));
  for (float& value : values)
    value = random_.real(low, high);
  if (zero_at != 0 && zero_at < values.size()) values[zero_at] = 0.0f;
  return {role, graph_.add_tensor(make_tensor(role, values))};
}

void GraphBuilder::append(Node node) {
  const Result<ValueId> value = graph_.append(std::move(node));
  if (!value.ok()) FAIL(value.error().message());
  last_ = *value;
}

ConvolutionAttributes square_convolution(std::int32_t kernel, std::int32_t stride, PaddingValue padding) {
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = kernel;
  a.stride_height = a.stride_width = stride;
  a.padding = padding;
  if (padding != PaddingValue::valid) a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = kernel / 2;
  return a;
}

}  // namespace bitplace::test
