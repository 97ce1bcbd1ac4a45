// Small trained networks that mix bits, few levels and real layers, as the families of binary networks do.
#pragma once

#include <string>

#include "graph/graph.h"
#include "support/random.h"

namespace bitplace::test {

enum class Mixed {
  shortcuts,      // bits between batch-norms, factors per filter, sums with real shortcuts, ReLU behind sums
  gates,          // a batch-norm in front of every sign, gates and sums of real numbers
  pooled_bits,    // bits behind overlapping pools; the last layer is real: batch-norm and ReLU
  odd_levels,     // all layers with odd weights of few bits, activations of as many, padded with one
  rising_levels,  // weights of two bits, activations clamped to [0, 1] of as many, padded with zero
  coarse_weights  // weights of two bits and of one, real activations
};
inline constexpr Mixed kAllMixed[] = {Mixed::shortcuts,  Mixed::gates,         Mixed::pooled_bits,
                                      Mixed::odd_levels, Mixed::rising_levels, Mixed::coarse_weights};
const char* mixed_name(Mixed mixed);

inline constexpr std::int64_t kMixedHeight = 19, kMixedWidth = 17;

// The input is f32, pixel / 255. `bits`: of odd levels.
Graph mixed_graph(Mixed mixed, Random& random, int bits = 2);

// A network layer by layer, with seeded constants.
class MixedBuilder {
 public:
  MixedBuilder(Random& random, std::int64_t height, std::int64_t width);

  struct Convolution {
    std::int64_t filters = 8;
    std::int32_t kernel = 3, stride = 1;
    PaddingValue padding = PaddingValue::zero;
    std::int32_t largest = 0;  // weights are odd multiples of a step up to this one; 0: any numbers
  };

  ValueId input() const { return graph_.input; }
  ValueId real(const std::string& name, ValueId x, const Convolution& shape);
  ValueId binary(const std::string& name, ValueId x, const Convolution& shape);
  ValueId sign(const std::string& name, ValueId x);
  ValueId levels(const std::string& name, ValueId x, const LevelsAttributes& attributes);
  // Factors and slopes of both signs; `spread` is about how far the numbers in front reach.
  ValueId factors(const std::string& name, ValueId x, float size);
  ValueId batch_norm(const std::string& name, ValueId x, float spread);
  ValueId activation(const std::string& name, ValueId x, ActivationKind kind, float alpha = 0.0f);
  ValueId max_pool(const std::string& name, ValueId x, std::int32_t window, std::int32_t stride,
                   std::int32_t pad = 0);
  ValueId average(const std::string& name, ValueId x, std::int32_t window);  // 0: all pixels
  ValueId add(const std::string& name, ValueId a, ValueId b);
  ValueId gate(const std::string& name, ValueId x, ValueId gate);

  Graph finish(ValueId features);

 private:
  std::int64_t channels(ValueId x) const { return graph_.values[static_cast<std::size_t>(x)].shape[3]; }
  ConvolutionAttributes attributes_of(const Convolution& shape) const;
  Parameter numbers(const std::string& name, const char* role, std::int64_t count, float low, float high);
  ValueId append(Node node);

  Random& random_;
  Graph graph_;
};

// Codes count down from +1 in steps of 2 / (2^bits - 1); up from 0 to 1.
LevelsAttributes odd_levels(int bits);
LevelsAttributes rising_levels(int bits);

}  // namespace bitplace::test
