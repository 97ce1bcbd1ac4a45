// Quantizers: functions that round in the forward pass and have a gradient of their own to train with.
//
// What they compute is what Larq's quantizers of the same names compute, and their gradients are those that
// were published with them. Every sign is -1 below 0 and +1 from 0 on, -0 included, as the engine's is.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bitplace::train {

// Signs. They differ in d sign(x) / dx:
torch::Tensor ste_sign(const torch::Tensor& x);     // 1 where |x| <= 1 (Courbariaux et al. 2016)
torch::Tensor approx_sign(const torch::Tensor& x);  // 2 - 2|x| where |x| <= 1 (Liu et al. 2018)
// beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x)) (Darabi et al. 2018)
torch::Tensor swish_sign(const torch::Tensor& x, double beta = 5.0);

// Weights of each filter (the first dimension): sign(w) times the mean of |w|, which is a constant to the
// gradient; that of the sign is ste_sign's (Liu et al. 2018).
torch::Tensor magnitude_aware_sign(const torch::Tensor& weight);
// The same with one mean for the whole layer and a gradient of 1: DoReFa-Net's 1-bit weights (Zhou et al.
// 2016).
torch::Tensor layer_scaled_sign(const torch::Tensor& weight);

// -1, 0, +1: 0 where |x| < threshold. The second takes 0.7 mean|x| of x clipped to [-1, 1] as the threshold
// (Li et al. 2016). Gradient 1 where |x| <= 1.
torch::Tensor ste_tern(const torch::Tensor& x, double threshold = 0.05);
torch::Tensor adaptive_ste_tern(const torch::Tensor& x);

// DoReFa with n = 2^bits - 1, rounding half to even with a gradient of 1: activations round(n clip(x, 0, 1))
// / n, weights 2 round(n (tanh(w) / (2 max|tanh(w)|) + 1/2)) / n - 1. The gradient passes through clip, tanh
// and maximum as they are.
torch::Tensor dorefa_activations(const torch::Tensor& x, std::int64_t bits);
torch::Tensor dorefa_weights(const torch::Tensor& weight, std::int64_t bits);

// 2^bits levels from +1 (code 0) down to -1 (code 2^bits - 1) in equal steps:
// code = round_half_even(clamp(2^(bits - 1) - 1/2 - 2^(bits - 1) x, 0, 2^bits - 1)). Gradient 1 where |x|
// <= 1.
torch::Tensor level_sign(const torch::Tensor& x, std::int64_t bits);

// Activations that stay real: x inside [-1, 1]; outside it the bound, or the bound plus slope times the rest.
torch::Tensor hard_tanh(const torch::Tensor& x);
torch::Tensor leaky_tanh(const torch::Tensor& x, double slope = 0.2);

// Larq's weight clip, in place and without a gradient: into [-1, 1].
void clip_weight(torch::Tensor weight);

// By name, as a command line gives them. A null function: no such name.
using Quantizer = torch::Tensor (*)(const torch::Tensor&);
Quantizer find_activation_quantizer(const std::string& name);
Quantizer find_weight_quantizer(const std::string& name);
std::vector<std::string> activation_quantizer_names();
std::vector<std::string> weight_quantizer_names();

}  // namespace bitplace::train
