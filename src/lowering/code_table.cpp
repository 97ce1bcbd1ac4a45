#include "lowering/code_table.h"

#include <algorithm>
#include <cmath>

namespace bitplace {

Tensor code_table(float input_scale, const CodeScale& output, const std::function<float(float)>& function) {
  Tensor table{"table", DataType::s8, Shape(std::int64_t{256}), std::vector<std::byte>(256)};
  for (int code = -127; code <= 127; ++code) {
    const float scaled = function(static_cast<float>(code) * input_scale) / output.scale;
    const float bounded = std::clamp(scaled, static_cast<float>(output.low), static_cast<float>(output.high));
    table.as<std::int8_t>()[code + 128] = static_cast<std::int8_t>(std::nearbyint(bounded));
  }
  table.as<std::int8_t>()[0] = table.as<std::int8_t>()[1];  // -128 does not occur
  return table;
}

std::function<float(float)> activation_function(const ActivationAttributes& attributes) {
  const KernelTable<ActivationKernel> rows = activation_kernels();
  const ActivationKernel& reference = *rows.rows[rows.count - 1];
  return [attributes, &reference](float x) {
    float y = 0.0f;
    reference.run_f32({attributes.kind, attributes.alpha, &x, &y}, 0, 1);
    return y;
  };
}

}  // namespace bitplace
