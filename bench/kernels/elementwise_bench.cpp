// Element-wise steps and pools at the sizes of the networks that have them. The limit is moving their bytes.

#include <random>
#include <vector>

#include "bench/kernels/table_benchmark.h"
#include "bench/registration.h"
#include "kernels/activation/activation.h"
#include "kernels/add/add.h"
#include "kernels/average_pool/average_pool.h"
#include "kernels/cast/cast.h"
#include "kernels/dequantize/dequantize.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "kernels/lookup/lookup.h"
#include "kernels/max_pool/max_pool.h"
#include "kernels/multiply_channels/multiply_channels.h"
#include "kernels/pack_bits/pack_bits.h"
#include "kernels/quantize/quantize.h"
#include "kernels/threshold/threshold.h"

namespace bitplace::bench {
namespace {

constexpr std::int32_t kFeatures = 9216;

Aligned<std::int32_t> random_integers(std::size_t count) {
  std::mt19937 generator(4);
  Aligned<std::int32_t> values(count);
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(generator() % 4609) - 2304;
  return values;
}

std::int32_t* as_s32(Aligned<std::uint8_t>& bytes) {
  return reinterpret_cast<std::int32_t*>(bytes.data());
}
std::uint32_t* as_words(Aligned<std::uint8_t>& bytes) {
  return reinterpret_cast<std::uint32_t*>(bytes.data());
}

void register_pools() {
  static const Aligned<std::int32_t> input = random_integers(13 * 13 * 256);
  static const MaxPoolProblem problem = {13, 13, 256, 6, 6, 2, 2, 2, 2, 0, 0};
  register_table("floppynet/pool5_s32", max_pool_s32_kernels(), input.size() * 4, 6 * 6 * 256 * 4,
                 [](const MaxPoolKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     for (std::int64_t row = 0; row < 6; ++row) {
                       kernel.run({&problem, input.data(), as_s32(output), nullptr}, row);
                     }
                   };
                 });
  register_table("floppynet/pool5_b1", max_pool_b1_kernels(), 13 * 13 * 32, 6 * 6 * 32,
                 [](const MaxPoolKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     for (std::int64_t row = 0; row < 6; ++row) {
                       kernel.run({&problem, input.data(), as_words(output), nullptr}, row);
                     }
                   };
                 });
}

void register_bits() {
  static const Aligned<std::int32_t> input = random_integers(27 * 27 * 96);
  static const std::vector<std::int32_t> threshold(96, 3);
  static const std::vector<std::uint32_t> flip(3, 0x55555555u);
  register_table(
      "floppynet/threshold_27x27x96", threshold_kernels(), input.size() * 4, 27 * 27 * 12,
      [](const ThresholdKernel& kernel) -> Runner {
        return [&kernel](Aligned<std::uint8_t>& output) {
          kernel.run_s32({96, input.data(), threshold.data(), flip.data(), as_words(output)}, 0, 27 * 27);
        };
      });
  static const Aligned<float> floats(input.begin(), input.end());
  static const std::vector<float> levels(96, 3.0f);
  register_table(
      "binary/threshold_f32_27x27x96", threshold_kernels(), input.size() * 4, 27 * 27 * 12,
      [](const ThresholdKernel& kernel) -> Runner {
        return [&kernel](Aligned<std::uint8_t>& output) {
          kernel.run_f32({96, floats.data(), levels.data(), flip.data(), as_words(output)}, 0, 27 * 27);
        };
      });
  register_table("floppynet/sign_27x27x96", pack_bits_kernels(), input.size() * 4, 27 * 27 * 12,
                 [](const PackBitsKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     kernel.run({27 * 27, 96, floats.data(), as_words(output)}, 0, 27 * 27);
                   };
                 });
}

void register_descriptors() {
  static const Aligned<std::int32_t> input = random_integers(kFeatures);
  register_table("floppynet/l2_normalize_s32", l2_normalize_kernels(), kFeatures * 4, kFeatures * 4,
                 [](const L2NormalizeKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     kernel.run_s32(input.data(), reinterpret_cast<float*>(output.data()), kFeatures);
                   };
                 });
  register_table(
      "quantize_s32", quantize_kernels(), kFeatures * 4, kFeatures,
      [](const QuantizeKernel& kernel) -> Runner {
        return [&kernel](Aligned<std::uint8_t>& output) {
          kernel.run_s32({input.data(), reinterpret_cast<std::int8_t*>(output.data()), 0.1f}, 0, kFeatures);
        };
      });
}

void register_add(const char* shape, void (*AddKernel::*function)(const AddCall&, std::int64_t, std::int64_t),
                  std::int64_t count, std::size_t element) {
  const std::size_t bytes = static_cast<std::size_t>(count) * element;
  register_table(shape, add_kernels(), 2 * bytes, bytes, [=](const AddKernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      (kernel.*function)({tensor(element), other_tensor(element), output.data(), 0.4f, 0.3f, 0.0f, 127.0f}, 0,
                         count);
    };
  });
}

void register_activation(const char* shape, ActivationKind kind, bool half) {
  constexpr std::int64_t kCount = 257 * 1536;
  const std::size_t bytes = kCount * (half ? 2 : 4);
  register_table(shape, activation_kernels(), bytes, bytes, [=](const ActivationKernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      (half ? kernel.run_f16 : kernel.run_f32)({kind, 0.2f, tensor(half ? 2 : 4), output.data()}, 0, kCount);
    };
  });
}

void register_average(const char* shape,
                      void (*AveragePoolKernel::*function)(const AveragePoolCall&, std::int64_t),
                      const AveragePoolProblem& problem, std::size_t element) {
  const auto channels = static_cast<std::size_t>(problem.channels);
  const std::size_t pixels = static_cast<std::size_t>(problem.input_height * problem.input_width);
  const std::size_t outputs = static_cast<std::size_t>(problem.output_height * problem.output_width);
  register_table(shape, average_pool_kernels(), pixels * channels * element, outputs * channels * element,
                 [=](const AveragePoolKernel& kernel) -> Runner {
                   return [=, &kernel](Aligned<std::uint8_t>& output) {
                     for (std::int64_t task = 0; task < average_pool_tasks(problem); ++task)
                       (kernel.*function)({&problem, tensor(element), output.data()}, task);
                   };
                 });
}

void register_max(const char* shape, KernelTable<MaxPoolKernel> table, std::size_t element) {
  constexpr MaxPoolProblem kProblem = {112, 112, 64, 56, 56, 3, 3, 2, 2, 1, 1};
  register_table(shape, table, 112 * 112 * 64 * element, 56 * 56 * 64 * element,
                 [=](const MaxPoolKernel& kernel) -> Runner {
                   return [=, &kernel](Aligned<std::uint8_t>& output) {
                     for (std::int64_t row = 0; row < kProblem.output_height; ++row)
                       kernel.run({&kProblem, tensor(element), output.data(), nullptr}, row);
                   };
                 });
}

void register_residuals() {
  register_add("mobilenet/add_s8_14x14x96", &AddKernel::run_s8, 14 * 14 * 96, 1);
  register_add("mobilenet/add_f32_14x14x96", &AddKernel::run_f32, 14 * 14 * 96, 4);
  register_add("mobilenet/add_f16_14x14x96", &AddKernel::run_f16, 14 * 14 * 96, 2);
  register_add("resnet/add_s8_56x56x256", &AddKernel::run_s8, 56 * 56 * 256, 1);
}

void register_activations() {
  register_activation("dinov2/relu_f32_257x1536", ActivationKind::relu, false);
  register_activation("dinov2/gelu_erf_f32_257x1536", ActivationKind::gelu_erf, false);
  register_activation("dinov2/gelu_erf_f16_257x1536", ActivationKind::gelu_erf, true);
  register_activation("dinov2/gelu_tanh_f32_257x1536", ActivationKind::gelu_tanh, false);
  register_activation("dinov2/silu_f32_257x1536", ActivationKind::silu, false);
  register_activation("dinov2/tanh_f32_257x1536", ActivationKind::tanh, false);
  register_activation("dinov2/hard_swish_f32_257x1536", ActivationKind::hard_swish, false);
  register_activation("dinov2/leaky_tanh_f32_257x1536", ActivationKind::leaky_tanh, false);
}

void register_averages() {
  const AveragePoolProblem global = {7, 7, 1280, 1, 1, 7, 7, 1, 1, 0, 0, false, 1.0f};
  register_average("mobilenet/average_s8_7x7x1280", &AveragePoolKernel::run_s8, global, 1);
  register_average("mobilenet/average_f32_7x7x1280", &AveragePoolKernel::run_f32, global, 4);
  register_average("mobilenet/average_f16_7x7x1280", &AveragePoolKernel::run_f16, global, 2);
  const AveragePoolProblem window = {28, 28, 256, 28, 28, 3, 3, 1, 1, 1, 1, true, 1.0f};
  register_average("resnet/average_s8_3x3_28x28x256", &AveragePoolKernel::run_s8, window, 1);
  register_average("resnet/average_f32_3x3_28x28x256", &AveragePoolKernel::run_f32, window, 4);
}

void register_maxima() {
  register_max("resnet/max_s8_3x3_112x112x64", max_pool_s8_kernels(), 1);
  register_max("resnet/max_f16_3x3_112x112x64", max_pool_f16_kernels(), 2);
  register_max("resnet/max_f32_3x3_112x112x64", max_pool_f32_kernels(), 4);
}

void register_gates() {
  constexpr std::int64_t kPixels = 14 * 14;
  constexpr std::int64_t kChannels = 672;
  const auto gated = [](const char* shape, auto function, std::size_t element) {
    const std::size_t bytes = kPixels * kChannels * element;
    register_table(shape, multiply_channels_kernels(), bytes, bytes,
                   [=](const MultiplyChannelsKernel& kernel) -> Runner {
                     return [=, &kernel](Aligned<std::uint8_t>& output) {
                       (kernel.*function)({tensor(element), tensor(element), output.data(), kChannels,
                                           1.0f / 60.0f, -127.0f, 127.0f},
                                          0, kPixels);
                     };
                   });
  };
  gated("efficientnet/gate_s8_14x14x672", &MultiplyChannelsKernel::run_s8, 1);
  gated("efficientnet/gate_f32_14x14x672", &MultiplyChannelsKernel::run_f32, 4);
}

void register_conversions() {
  constexpr std::int64_t kCount = 14 * 14 * 672;
  const auto cast = [](const char* shape, auto function, std::size_t from, std::size_t to) {
    register_table(shape, cast_kernels(), kCount * from, kCount * to,
                   [=](const CastKernel& kernel) -> Runner {
                     return [=, &kernel](Aligned<std::uint8_t>& output) {
                       (kernel.*function)({tensor(from), output.data()}, 0, kCount);
                     };
                   });
  };
  cast("efficientnet/cast_f32_f16_14x14x672", &CastKernel::run_f32_f16, 4, 2);
  cast("efficientnet/cast_f16_f32_14x14x672", &CastKernel::run_f16_f32, 2, 4);
  register_table("efficientnet/dequantize_s8_f32_14x14x672", dequantize_kernels(), kCount, kCount * 4,
                 [](const DequantizeKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     kernel.run_s8_f32({reinterpret_cast<const std::int8_t*>(tensor(1)), output.data(), 0.1f},
                                       0, kCount);
                   };
                 });
  register_table(
      "efficientnet/quantize_f32_14x14x672", quantize_kernels(), kCount * 4, kCount,
      [](const QuantizeKernel& kernel) -> Runner {
        return [&kernel](Aligned<std::uint8_t>& output) {
          kernel.run_f32({tensor(4), reinterpret_cast<std::int8_t*>(output.data()), 10.0f}, 0, kCount);
        };
      });
  static const Aligned<std::uint8_t> table = random_bytes(256);
  register_table("efficientnet/lookup_s8_14x14x672", lookup_kernels(), kCount, kCount,
                 [](const LookupKernel& kernel) -> Runner {
                   return [&kernel](Aligned<std::uint8_t>& output) {
                     kernel.run_s8({tensor(1), reinterpret_cast<const std::int8_t*>(table.data()),
                                    reinterpret_cast<std::int8_t*>(output.data())},
                                   0, kCount);
                   };
                 });
}

}  // namespace

void register_elementwise() {
  register_pools();
  register_bits();
  register_descriptors();
  register_residuals();
  register_activations();
  register_averages();
  register_maxima();
  register_gates();
  register_conversions();
}

}  // namespace bitplace::bench
