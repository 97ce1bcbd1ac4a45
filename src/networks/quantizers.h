// What quantizers do to numbers, by the names that training gives them.
//
// Quantizers that differ in their gradient only are one here: approx_sign, ste_sign and swish_sign are
// `sign`, with sign(0) = +1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bitplace/result.h"

namespace bitplace {

enum class QuantizerKind : std::uint8_t {
  none,                  // "" or "none"
  sign,                  // -1, +1
  magnitude_aware_sign,  // weights: sign times the mean of |w| over the filter
  layer_scaled_sign,     // weights: sign times the mean of |w| over the layer
  ternary,               // ste_tern: 0 where |x| < 0.05, else the sign
  adaptive_ternary,      // weights: the same by 0.7 times the mean of |w|, w clipped to [-1, 1]
  dorefa,                // dorefa_K: weights of 2^K levels from -1 to 1, activations from 0 to 1
  level_sign,            // level_sign_K: 2^K levels from -1 to 1
  hard_tanh,             // activations: clamp(x, -1, 1)
  leaky_tanh             // activations: the same with slope 0.2 outside
};

struct Quantizer {
  QuantizerKind kind = QuantizerKind::none;
  int bits = 1;  // of dorefa and level_sign

  bool is_binary() const;  // every level is -1 or +1, times a factor of the filter
};

// Errors list the names that are known.
Result<Quantizer> weight_quantizer(std::string_view name);
Result<Quantizer> activation_quantizer(std::string_view name);

// Weights of few levels: level[i] * scale[filter] to the last bit of the numbers that training rounds to.
struct WeightLevels {
  std::vector<float> level;  // whole numbers
  std::vector<float> scale;  // per filter
  bool is_scaled() const;    // a scale differs from 1
};

// `latent` holds `filters` rows. Not for the kind `none`.
WeightLevels weight_levels(const Quantizer& quantizer, const std::vector<float>& latent, std::size_t filters);

}  // namespace bitplace
