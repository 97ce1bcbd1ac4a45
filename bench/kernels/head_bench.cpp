// What makes descriptors of feature maps, at the sizes of the networks that have it. The limit is moving the
// bytes, but for aggregated residuals, which are products and sums.

#include <utility>

#include "bench/kernels/table_benchmark.h"
#include "bench/registration.h"
#include "kernels/concatenate/concatenate.h"
#include "kernels/gem_pool/gem_pool.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"
#include "kernels/layer_norm/layer_norm.h"
#include "kernels/softmax/softmax.h"
#include "kernels/transpose/transpose.h"
#include "kernels/vlad/vlad.h"

namespace bitplace::bench {
namespace {

const float* floats() {
  return reinterpret_cast<const float*>(tensor(4));
}
const float* other_floats() {
  return reinterpret_cast<const float*>(other_tensor(4));
}
float* as_floats(Aligned<std::uint8_t>& bytes) {
  return reinterpret_cast<float*>(bytes.data());
}
std::size_t float_bytes(std::int64_t count) {
  return static_cast<std::size_t>(count) * sizeof(float);
}

void register_gem(const char* shape, std::int64_t pixels, std::int64_t channels, float p) {
  register_table(shape, gem_pool_kernels(), float_bytes(pixels * channels), float_bytes(channels),
                 [=](const GemPoolKernel& kernel) -> Runner {
                   return [=, &kernel](Aligned<std::uint8_t>& output) {
                     kernel.run({floats(), as_floats(output), pixels, channels, p, 1e-6f}, 0, channels);
                   };
                 });
}

// An operation on whole pixels without constants. Call: its parameters.
template <typename Call, typename Kernel>
void register_pixels(const char* shape, KernelTable<Kernel> table, std::int64_t pixels,
                     std::int64_t channels) {
  const std::size_t bytes = float_bytes(pixels * channels);
  register_table(shape, table, bytes, bytes, [=](const Kernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      kernel.run(Call{floats(), as_floats(output), channels}, 0, pixels);
    };
  });
}

void register_layer_norm(const char* shape, std::int64_t pixels, std::int64_t channels) {
  const std::size_t bytes = float_bytes(pixels * channels);
  register_table(shape, layer_norm_kernels(), bytes, bytes, [=](const LayerNormKernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      kernel.run({floats(), other_floats(), other_floats() + channels, as_floats(output), channels, 1e-6f}, 0,
                 pixels);
    };
  });
}

void register_vlad(const char* shape, std::int64_t pixels, std::int64_t clusters, std::int64_t dimensions) {
  const float* centers = other_floats() + pixels * clusters;
  const std::size_t bytes = float_bytes(clusters * dimensions);
  register_table(
      shape, vlad_kernels(), float_bytes(pixels * (clusters + dimensions)), bytes,
      [=](const VladKernel& kernel) -> Runner {
        return [=, &kernel](Aligned<std::uint8_t>& output) {
          kernel.run({other_floats(), floats(), centers, as_floats(output), as_floats(output), pixels,
                      clusters, dimensions, false},
                     0, clusters);
        };
      },
      [=](const VladKernel& kernel) {
        return std::pair<Limit, double>(arithmetic_limit("vlad", kernel.name, kernel.features),
                                        static_cast<double>(pixels * clusters * dimensions));
      });
}

void register_transpose(const char* shape,
                        void (*TransposeKernel::*function)(const TransposeCall&, std::int64_t, std::int64_t),
                        std::size_t element, std::int64_t pixels, std::int64_t channels) {
  const std::size_t bytes = static_cast<std::size_t>(pixels * channels) * element;
  register_table(shape, transpose_kernels(), bytes, bytes, [=](const TransposeKernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      (kernel.*function)({tensor(element), output.data(), pixels, channels}, 0, channels);
    };
  });
}

void register_concatenate(const char* shape, std::int64_t pixels, std::int64_t a_bytes,
                          std::int64_t b_bytes) {
  const auto bytes = static_cast<std::size_t>(pixels * (a_bytes + b_bytes));
  register_table(shape, concatenate_kernels(), bytes, bytes, [=](const ConcatenateKernel& kernel) -> Runner {
    return [=, &kernel](Aligned<std::uint8_t>& output) {
      kernel.run({tensor(1), other_tensor(1), output.data(), a_bytes, b_bytes}, 0, pixels);
    };
  });
}

}  // namespace

void register_heads() {
  register_gem("mobilenet/gem_7x7x1280", 7 * 7, 1280, 3.0f);
  register_gem("mobilenet/gem_10x10x1280", 10 * 10, 1280, 3.0f);
  register_gem("mobilenet/gem_2.9_7x7x1280", 7 * 7, 1280, 2.9f);
  register_pixels<L2NormalizeChannelsCall>("netvlad/l2_normalize_channels_30x40x512",
                                           l2_normalize_channels_kernels(), 30 * 40, 512);
  register_pixels<L2NormalizeChannelsCall>("netvlad/l2_normalize_channels_14x14x128",
                                           l2_normalize_channels_kernels(), 14 * 14, 128);
  register_pixels<SoftmaxCall>("netvlad/softmax_30x40x64", softmax_kernels(), 30 * 40, 64);
  register_pixels<SoftmaxCall>("dinov2/softmax_257x257", softmax_kernels(), 257, 257);
  register_vlad("netvlad/vlad_30x40_64x512", 30 * 40, 64, 512);
  register_vlad("netvlad/vlad_7x7_64x128", 7 * 7, 64, 128);
  register_layer_norm("mixvpr/layer_norm_1024x400", 1024, 400);
  register_layer_norm("dinov2/layer_norm_257x384", 257, 384);
  register_transpose("mixvpr/transpose_f32_400x1024", &TransposeKernel::run_32, 4, 400, 1024);
  register_transpose("mixvpr/transpose_f16_400x1024", &TransposeKernel::run_16, 2, 400, 1024);
  register_transpose("mixvpr/transpose_s8_400x1024", &TransposeKernel::run_8, 1, 400, 1024);
  register_transpose("mobilenet/transpose_f32_49x320", &TransposeKernel::run_32, 4, 49, 320);
  register_concatenate("squeezenet/concatenate_s8_27x27_128_128", 27 * 27, 128, 128);
  register_concatenate("squeezenet/concatenate_f32_27x27_128_128", 27 * 27, 512, 512);
}

}  // namespace bitplace::bench
