#include "vprtrain/quantizers/sign.h"

namespace bitplace::train {
namespace {

struct SignSte : torch::autograd::Function<SignSte> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x.abs() <= 1});
    return (x >= 0).to(x.scalar_type()) * 2 - 1;
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    return {gradients[0] * context->get_saved_variables()[0]};
  }
};

}  // namespace

torch::Tensor sign_ste(const torch::Tensor& x) {
  return SignSte::apply(x);
}

}  // namespace bitplace::train
