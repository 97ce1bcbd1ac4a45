#include "vprtrain/trained_networks.h"

#include <torch/torch.h>

#include "vprtrain/network.h"
#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::test {
namespace {

using torch::Tensor;

torch::ScalarType scalar_type(NumberType type) {
  if (type == NumberType::f32) return torch::kFloat32;
  return type == NumberType::f64 ? torch::kFloat64 : torch::kBFloat16;
}

Tensor tensor_of(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64);
}

std::vector<double> values_of(const Tensor& tensor) {
  const Tensor plain = tensor.detach().to(torch::kFloat64).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

train::NetworkChoice choice_of(const NetworkRequest& request) {
  train::NetworkChoice choice;
  choice.name = request.name;
  choice.variant = request.variant;
  choice.classes = request.classes;
  return choice;
}

bool is_convolution(const std::string& parameter) {
  return parameter.starts_with("conv") && parameter.ends_with(".weight") &&
         !parameter.ends_with("_bn.weight");
}

std::vector<std::int64_t> shape_of_one(const Tensor& batch) {
  return batch.sizes().slice(1).vec();
}

}  // namespace

QuantizerRun run_quantizer(QuantizerUse use, const std::string& name, const std::vector<double>& x,
                           const std::vector<double>& upstream, std::int64_t rows, NumberType type) {
  QuantizerRun run;
  const train::Quantizer quantizer = use == QuantizerUse::weights ? train::find_weight_quantizer(name)
                                                                  : train::find_activation_quantizer(name);
  run.known = quantizer != nullptr;
  if (!run.known) return run;
  const Tensor input = tensor_of(x).view({rows, -1}).to(scalar_type(type)).requires_grad_();
  const Tensor output = quantizer(input);
  (output.to(torch::kFloat64) * tensor_of(upstream).view({rows, -1})).sum().backward();
  run.values = values_of(output);
  run.gradients = values_of(input.grad());
  return run;
}

std::vector<std::string> quantizer_names(QuantizerUse use) {
  return use == QuantizerUse::weights ? train::weight_quantizer_names() : train::activation_quantizer_names();
}

NetworkFacts network_facts(const NetworkRequest& request) {
  NetworkFacts facts;
  const Result<train::NetworkPointer> network = train::make_network(choice_of(request));
  if (!network.ok()) {
    facts.error = network.error().message();
    return facts;
  }
  for (const Tensor& parameter : (*network)->parameters())
    facts.parameters += parameter.numel();
  for (const Tensor& buffer : (*network)->buffers())
    facts.statistics += buffer.is_floating_point() ? buffer.numel() : 0;
  facts.height = (*network)->input().height;
  facts.width = (*network)->input().width;
  return facts;
}

NetworkRun run_network(const NetworkRequest& request) {
  torch::manual_seed(5);
  const train::NetworkPointer network = *train::make_network(choice_of(request));
  const Tensor images = torch::rand({2, 3, network->input().height, network->input().width});
  NetworkRun run;
  const Tensor features = network->features(images);
  run.features = shape_of_one(features);
  Tensor result = features;
  if (request.classes > 0) {
    result = network->logits(features);
    run.logits = result.size(1);
  }
  (result * torch::randn_like(result)).sum().backward();
  for (const auto& item : network->named_parameters()) {
    if (!is_convolution(item.key())) continue;
    const Tensor& gradient = item.value().grad();
    if (!gradient.defined() || gradient.count_nonzero().item<std::int64_t>() == 0)
      run.untouched.push_back(item.key());
  }
  const torch::NoGradGuard no_gradients;
  for (const auto& [name, output] : network->stages(images))
    run.stages.emplace_back(name, shape_of_one(output));
  for (Tensor parameter : network->parameters())
    parameter.mul_(100);
  for (const Tensor& weight : network->latent_weights())
    train::clip_weight(weight);
  for (const auto& item : network->named_parameters()) {
    if (is_convolution(item.key()))
      run.largest_weight = std::max(run.largest_weight, item.value().abs().max().item<double>());
  }
  return run;
}

}  // namespace bitplace::test
