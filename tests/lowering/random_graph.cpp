#include "random_graph.h"

#include <catch2/catch.hpp>

#include "lowering/rewrite.h"
#include "networks/bits.h"

namespace bitplace::test {
namespace {

class Builder {
 public:
  explicit Builder(Random& random) : random_(random) {
    graph_.input = graph_.add_value("image", DataType::f32, Shape(1, 21, 19, 3));
    last_ = graph_.input;
  }

  void convolution(const char* name, std::int64_t filters, ConvolutionAttributes a) {
    const std::int64_t inputs = channels() / a.groups;
    const Shape shape(filters, std::int64_t{a.kernel_height}, std::int64_t{a.kernel_width}, inputs);
    Tensor weight = pack_sign_rows(std::string(name) + ".weight", shape,
                                   [&](std::int64_t, std::int64_t) { return random_.bits() % 2 == 0; });
    const TensorId tensor = graph_.add_tensor(std::move(weight));
    append({name, Op::convolution, {last_}, kNone, a, {{"weight", tensor}}});
  }

  void max_pool(const char* name, std::int32_t window, std::int32_t stride, std::int32_t pad) {
    MaxPoolAttributes a;
    a.window_height = a.window_width = window;
    a.stride_height = a.stride_width = stride;
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = pad;
    append({name, Op::max_pool, {last_}, kNone, a, {}});
  }

  // Slopes of both signs, and some of zero.
  void multiply_add(const char* name, float scale, float spread) {
    append({name,
            Op::multiply_add,
            {last_},
            kNone,
            NoAttributes{},
            {constant("multiplier", -scale, scale, 7), constant("addend", -spread, spread, 0)}});
  }

  void batch_norm(const char* name, float spread) {
    append({name,
            Op::batch_norm,
            {last_},
            kNone,
            BatchNormAttributes{1e-3},
            {constant("mean", -spread, spread, 0), constant("variance", 0.0f, spread, 0),
             constant("weight", -1.5f, 1.5f, 7), constant("bias", -0.5f, 0.5f, 0)}});
  }

  void sign(const char* name) { append({name, Op::sign, {last_}, kNone, NoAttributes{}, {}}); }

  Graph finish() {
    graph_.features = graph_.descriptor = last_;
    return std::move(graph_);
  }

 private:
  std::int64_t channels() const { return graph_.values[static_cast<std::size_t>(last_)].shape[3]; }

  Parameter constant(const char* role, float low, float high, std::size_t zero_at) {
    std::vector<float> values(static_cast<std::size_t>(channels()));
    for (float& value : values)
      value = random_.real(low, high);
    if (zero_at != 0) values[zero_at] = 0.0f;
    return {role, graph_.add_tensor(make_tensor(role, values))};
  }

  void append(Node node) {
    const Result<ValueId> value = graph_.append(std::move(node));
    if (!value.ok()) FAIL(value.error().message());
    last_ = *value;
  }

  Random& random_;
  Graph graph_;
  ValueId last_ = kNone;
};

void add_between(Builder& builder, Between between) {
  switch (between) {
    case Between::affine:
      builder.multiply_add("bn", 0.7f, 1.0f);
      return builder.sign("sign");
    case Between::pool_affine:
      builder.max_pool("pool", 2, 2, 0);
      builder.batch_norm("bn", 4.0f);
      return builder.sign("sign");
    case Between::affine_pool:
      builder.multiply_add("affine", 0.7f, 1.0f);
      builder.max_pool("pool", 2, 2, 0);
      builder.multiply_add("bn", 0.7f, 1.0f);
      return builder.sign("sign");
    case Between::sign_pool:
      builder.batch_norm("bn", 4.0f);
      builder.sign("sign");
      return builder.max_pool("pool", 2, 2, 0);
    case Between::overlap_pool:
      builder.max_pool("pool", 3, 2, 1);
      builder.batch_norm("bn", 4.0f);
      return builder.sign("sign");
    case Between::sign_only:
      return builder.sign("sign");
  }
}

}  // namespace

Graph random_graph(const RandomGraphOptions& options, Random& random) {
  Builder builder(random);
  ConvolutionAttributes first;
  first.kernel_height = 5;
  first.kernel_width = 3;
  first.stride_height = first.stride_width = 2;
  builder.convolution("conv1", options.filters, first);
  add_between(builder, options.between);
  ConvolutionAttributes second;
  second.kernel_height = second.kernel_width = 3;
  second.groups = options.groups;
  second.padding = options.padding;
  if (options.padding != PaddingValue::valid)
    second.pad_top = second.pad_left = second.pad_bottom = second.pad_right = 1;
  builder.convolution("conv2", 40, second);
  builder.max_pool("pool2", 2, 2, 0);
  return builder.finish();
}

std::vector<double> random_pixels(const Graph& graph, Random& random) {
  const Shape& shape = graph.values[static_cast<std::size_t>(graph.input)].shape;
  std::vector<double> pixels(static_cast<std::size_t>(shape.elements()));
  for (double& pixel : pixels)
    pixel = static_cast<double>(2 * random.integer(0, 127) + 1);
  return pixels;
}

}  // namespace bitplace::test
