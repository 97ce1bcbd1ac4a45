// Linear layers behind a head, over the flattened features in PyTorch's order, which has the channels
// outermost.
//
//   projection            W x + b, perhaps of x / |x|
//   principal components  (x / |x| - mean) . components[i], whitened: divided by sqrt(explained_variance[i])
#include <cmath>

#include "core/error.h"
#include "networks/heads/head_layers.h"

namespace bitplace::heads {
namespace {

// Factors of the components: 1 without whitening.
std::vector<double> component_scales(NetworkBuilder& builder, const PrincipalComponents& components) {
  std::vector<double> scales(static_cast<std::size_t>(components.outputs), 1.0);
  if (!components.whiten) return scales;
  const std::string name = components.name + ".explained_variance";
  const std::vector<float> variance = builder.parameter(name, {components.outputs});
  for (std::size_t i = 0; i < variance.size(); ++i) {
    if (!(variance[i] > 0.0f)) {
      builder.fail(make_error(ErrorCode::corrupt, "tensor '" + name + "'",
                              "element " + std::to_string(i) + " is not positive"));
      return scales;
    }
    scales[i] = 1.0 / std::sqrt(static_cast<double>(variance[i]));
  }
  return scales;
}

}  // namespace

ValueId append_projection(NetworkBuilder& builder, ValueId features, const Projection& projection) {
  ValueId flat = flatten(builder, features);
  if (projection.normalize_input) flat = normalize_pixels(builder, "head/l2", flat);
  return builder.linear(projection.name, flat, projection.outputs, projection.bias);
}

ValueId append_components(NetworkBuilder& builder, ValueId features, const PrincipalComponents& components) {
  const ValueId unit = normalize_pixels(builder, components.name + "/l2", flatten(builder, features));
  const std::int64_t inputs = builder.shape(unit)[3];
  const std::vector<float> mean = builder.parameter(components.name + ".mean", {inputs});
  std::vector<float> weight =
      builder.parameter(components.name + ".components", {components.outputs, inputs});
  const std::vector<double> scales = component_scales(builder, components);
  if (!builder.status().ok()) return kNone;
  std::vector<float> bias;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < mean.size(); ++k) {
      float& w = weight[i * mean.size() + k];
      const double scaled = static_cast<double>(w) * scales[i];
      sum += scaled * static_cast<double>(mean[k]);
      w = static_cast<float>(scaled);
    }
    bias.push_back(static_cast<float>(-sum));
  }
  return builder.constant_linear(components.name, unit, weight, bias);
}

}  // namespace bitplace::heads
