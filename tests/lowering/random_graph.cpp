#include "random_graph.h"

#include "graph_builder.h"

namespace bitplace::test {
namespace {

void add_between(GraphBuilder& builder, Between between) {
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
  GraphBuilder builder(21, 19, random);
  ConvolutionAttributes first;
  first.kernel_height = 5;
  first.kernel_width = 3;
  first.stride_height = first.stride_width = 2;
  builder.convolution("conv1", options.filters, first);
  add_between(builder, options.between);
  ConvolutionAttributes second = square_convolution(3, 1, options.padding);
  second.groups = options.groups;
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
