// Quantizers to more than two levels, and the activations that stay real.
#include "vprtrain/quantizers/quantizers.h"
#include "vprtrain/quantizers/straight_through.h"

namespace bitplace::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// torch::round rounds half to even.
struct RoundToSteps : torch::autograd::Function<RoundToSteps> {
  static Tensor forward(AutogradContext*, const Tensor& x, double steps) {
    return (x * steps).round_().div_(steps);
  }
  static tensor_list backward(AutogradContext*, tensor_list gradients) { return {gradients[0], Tensor()}; }
};

struct LevelSign : torch::autograd::Function<LevelSign> {
  static Tensor forward(AutogradContext* context, const Tensor& x, std::int64_t bits) {
    context->save_for_backward({x});
    const double half = static_cast<double>(std::int64_t{1} << (bits - 1)), highest = 2 * half - 1;
    const Tensor code = (x * -half).add_(half - 0.5).clamp_(0, highest).round_();
    return code.mul_(-2).add_(highest).div_(highest);
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    return {pass_inside_one(gradients[0], context->get_saved_variables()[0]), Tensor()};
  }
};

double steps_of(std::int64_t bits) {
  return static_cast<double>((std::int64_t{1} << bits) - 1);
}

}  // namespace

Tensor dorefa_activations(const Tensor& x, std::int64_t bits) {
  return RoundToSteps::apply(x.clamp(0, 1), steps_of(bits));
}

Tensor dorefa_weights(const Tensor& weight, std::int64_t bits) {
  const Tensor bent = weight.tanh();
  // Weights that are all 0 stay there instead of becoming NaN.
  const Tensor largest = bent.abs().max().clamp_min(1e-30);
  return 2 * RoundToSteps::apply(bent / (2 * largest) + 0.5, steps_of(bits)) - 1;
}

Tensor level_sign(const Tensor& x, std::int64_t bits) {
  return LevelSign::apply(x, bits);
}

Tensor hard_tanh(const Tensor& x) {
  return x.clamp(-1, 1);
}

Tensor leaky_tanh(const Tensor& x, double slope) {
  const Tensor inside = x.clamp(-1, 1);
  return inside + slope * (x - inside);
}

void clip_weight(Tensor weight) {
  const torch::NoGradGuard no_gradients;
  weight.clamp_(-1, 1);
}

}  // namespace bitplace::train
