// The signs and ternary values. Backward passes read x itself: no mask is made where nothing is trained.
#include "vprtrain/quantizers/quantizers.h"
#include "vprtrain/quantizers/straight_through.h"

namespace bitplace::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// In few passes over memory, and laid out as x is.
Tensor sign_of(const Tensor& x) {
  return x.lt(0).to(x.scalar_type()).mul_(-2).add_(1);
}

struct SteSign : torch::autograd::Function<SteSign> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return sign_of(x);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    return {pass_inside_one(gradients[0], context->get_saved_variables()[0])};
  }
};

struct ApproxSign : torch::autograd::Function<ApproxSign> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return sign_of(x);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const Tensor x = context->get_saved_variables()[0];
    return {gradients[0] * (2 - 2 * x.abs()).clamp_min_(0)};
  }
};

struct SwishSign : torch::autograd::Function<SwishSign> {
  static Tensor forward(AutogradContext* context, const Tensor& x, double beta) {
    context->save_for_backward({x});
    context->saved_data["beta"] = beta;
    return sign_of(x);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const double beta = context->saved_data["beta"].toDouble();
    const Tensor x = context->get_saved_variables()[0] * beta;
    const Tensor slope = beta * (2 - x * (x * 0.5).tanh()) / (1 + x.cosh());
    return {gradients[0] * slope, Tensor()};
  }
};

// sign(sign(x + threshold) + sign(x - threshold)) without its rounding.
struct SteTern : torch::autograd::Function<SteTern> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& threshold) {
    context->save_for_backward({x});
    return x.ge(threshold).to(x.scalar_type()).sub_(x.le(-threshold).to(x.scalar_type()));
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    return {pass_inside_one(gradients[0], context->get_saved_variables()[0]), Tensor()};
  }
};

struct LayerScaledSign : torch::autograd::Function<LayerScaledSign> {
  static Tensor forward(AutogradContext*, const Tensor& weight) {
    return sign_of(weight).mul_(weight.abs().mean());
  }
  static tensor_list backward(AutogradContext*, tensor_list gradients) { return {gradients[0]}; }
};

}  // namespace

Tensor ste_sign(const Tensor& x) {
  return SteSign::apply(x);
}

Tensor approx_sign(const Tensor& x) {
  return ApproxSign::apply(x);
}

Tensor swish_sign(const Tensor& x, double beta) {
  return SwishSign::apply(x, beta);
}

Tensor magnitude_aware_sign(const Tensor& weight) {
  std::vector<std::int64_t> taps;
  for (std::int64_t dimension = 1; dimension < weight.dim(); ++dimension)
    taps.push_back(dimension);
  return ste_sign(weight) * weight.detach().abs().mean(taps, /*keepdim=*/true);
}

Tensor layer_scaled_sign(const Tensor& weight) {
  return LayerScaledSign::apply(weight);
}

Tensor ste_tern(const Tensor& x, double threshold) {
  return SteTern::apply(x, torch::scalar_tensor(threshold, x.options().requires_grad(false)));
}

Tensor adaptive_ste_tern(const Tensor& x) {
  return SteTern::apply(x, 0.7 * x.detach().clamp(-1, 1).abs().mean());
}

}  // namespace bitplace::train
