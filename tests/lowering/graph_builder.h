// Small float graphs with seeded constants, layer by layer.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "support/random.h"

namespace bitplace::test {

class GraphBuilder {
 public:
  GraphBuilder(std::int64_t height, std::int64_t width, Random& random);

  void convolution(const std::string& name, std::int64_t filters, ConvolutionAttributes attributes);
  void max_pool(const std::string& name, std::int32_t window, std::int32_t stride, std::int32_t pad);
  // Slopes of both signs, and one of zero.
  void multiply_add(const std::string& name, float scale, float spread);
  void batch_norm(const std::string& name, float spread);
  void sign(const std::string& name);

  // The last layer is features and descriptor.
  Graph finish();

 private:
  std::int64_t channels() const;
  Parameter constant(const std::string& role, float low, float high, std::size_t zero_at);
  void append(Node node);

  Random& random_;
  Graph graph_;
  ValueId last_ = kNone;
};

// A square kernel, with as much padding on each side as keeps the size at stride 1.
ConvolutionAttributes square_convolution(std::int32_t kernel, std::int32_t stride, PaddingValue padding);

}  // namespace bitplace::test
