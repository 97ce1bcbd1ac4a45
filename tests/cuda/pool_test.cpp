// Pooling by the phases of the device's kernels against the references on the CPU.

#include "cuda/pool/pool.h"
#include "cuda/device_case.h"
#include "cuda/pool/pool_rows.h"
#include "kernels/average_pool/average_pool.h"
#include "kernels/gem_pool/gem_pool.h"
#include "kernels/max_pool/max_pool.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct Shape {
  std::int32_t height, width, window, stride, pad;
};

// Without and with padding, windows that overlap and that leave gaps, rows that end within a window.
constexpr Shape kShapes[] = {
    {6, 8, 2, 2, 0}, {9, 7, 3, 2, 1}, {5, 5, 3, 1, 1}, {7, 9, 2, 3, 0}, {4, 4, 4, 4, 0}};
constexpr std::int32_t kBatch = 2;

template <class Problem>
Problem problem_of(const Shape& shape, std::int32_t channels) {
  Problem p{};
  p.input_height = shape.height;
  p.input_width = shape.width;
  p.channels = channels;
  p.window_height = p.window_width = shape.window;
  p.stride_height = p.stride_width = shape.stride;
  p.pad_top = p.pad_left = shape.pad;
  p.output_height = (shape.height + 2 * shape.pad - shape.window) / shape.stride + 1;
  p.output_width = (shape.width + 2 * shape.pad - shape.window) / shape.stride + 1;
  return p;
}

template <class Problem>
std::size_t inputs_of(const Problem& p, std::int32_t elements) {
  return static_cast<std::size_t>(p.input_height * p.input_width * elements);
}
template <class Problem>
std::size_t outputs_of(const Problem& p, std::int32_t elements) {
  return static_cast<std::size_t>(p.output_height * p.output_width * elements);
}

template <typename T>
void check_max_pool(const cuda::DeviceKernel& kernel, KernelTable<MaxPoolKernel> table, bool bits = false,
                    bool flips = false) {
  Random random;
  for (const Shape& shape : kShapes) {
    for (const std::int32_t elements : {1, 3, 16, 32}) {
      const auto p = problem_of<MaxPoolProblem>(shape, bits ? 32 * elements - 5 : elements);
      const auto input = any_elements<T>(kBatch * inputs_of(p, elements), random);
      std::vector<T> expected(kBatch * outputs_of(p, elements));
      const auto flip_words = any_elements<std::uint32_t>(static_cast<std::size_t>(elements), random);
      const auto reference_flips = flips ? flip_words.data() : nullptr;
      for (std::size_t image = 0; image < kBatch; ++image) {
        const MaxPoolCall call{&p, input.data() + image * inputs_of(p, elements),
                               expected.data() + image * outputs_of(p, elements), reference_flips};
        for (std::int64_t row = 0; row < p.output_height; ++row)
          reference_row(table).run(call, row);
      }
      check_kernel(
          kernel, expected,
          [&](T* output, const T* x, const std::uint32_t* flip) {
            return cuda::PoolParameters<MaxPoolProblem>{p, kBatch, x, output, flips ? flip : nullptr};
          },
          input, flip_words);
    }
  }
}

template <typename T>
void check_average_pool(const cuda::DeviceKernel& kernel,
                        void (*reference)(const AveragePoolCall&, std::int64_t)) {
  Random random;
  for (const Shape& shape : kShapes) {
    for (const std::int32_t channels : {1, 3, 4, 68}) {
      for (const bool count_padding : {false, true}) {
        auto p = problem_of<AveragePoolProblem>(shape, channels);
        p.count_padding = count_padding;
        p.factor = 1.7f;
        const auto input = any_elements<T>(kBatch * inputs_of(p, channels), random);
        std::vector<T> expected(kBatch * outputs_of(p, channels));
        for (std::size_t image = 0; image < kBatch; ++image) {
          const AveragePoolCall call{&p, input.data() + image * inputs_of(p, channels),
                                     expected.data() + image * outputs_of(p, channels)};
          for (std::int64_t task = 0; task < average_pool_tasks(p); ++task)
            reference(call, task);
        }
        check_kernel(
            kernel, expected,
            [&](T* output, const T* x) {
              return cuda::PoolParameters<AveragePoolProblem>{p, kBatch, x, output};
            },
            input);
      }
    }
  }
}

}  // namespace

TEST_CASE("the device takes maxima of numbers as the reference does") {
  check_max_pool<std::int8_t>(cuda::max_pool_s8__packets, max_pool_s8_kernels());
  check_max_pool<std::uint8_t>(cuda::max_pool_u8__packets, max_pool_u8_kernels());
  check_max_pool<std::int32_t>(cuda::max_pool_s32__packets, max_pool_s32_kernels());
  check_max_pool<std::uint16_t>(cuda::max_pool_f16__packets, max_pool_f16_kernels());
  check_max_pool<float>(cuda::max_pool_f32__packets, max_pool_f32_kernels());
}

TEST_CASE("the device takes maxima of bits as the reference does, flipped and not") {
  check_max_pool<std::uint32_t>(cuda::max_pool_b1__packets, max_pool_b1_kernels(), true, false);
  check_max_pool<std::uint32_t>(cuda::max_pool_b1__packets, max_pool_b1_kernels(), true, true);
}

TEST_CASE("the device averages as the reference does") {
  const AveragePoolKernel& reference = reference_row(average_pool_kernels());
  check_average_pool<std::int8_t>(cuda::average_pool_s8__packets, reference.run_s8);
  check_average_pool<float>(cuda::average_pool_f32__packets, reference.run_f32);
  check_average_pool<std::uint16_t>(cuda::average_pool_f16__packets, reference.run_f16);
}

TEST_CASE("the device takes generalized means as the reference does") {
  Random random;
  for (const std::int64_t channels : {1, 31, 70}) {
    for (const std::int64_t pixels : {1, 15, 16, 49}) {
      for (const float p : {3.0f, 2.7f}) {
        const GemPoolCall call{nullptr, nullptr, pixels, channels, p, 1e-6f};
        const auto image = static_cast<std::size_t>(pixels * channels);
        auto input = any_floats(kBatch * image, random);
        std::vector<float> expected(static_cast<std::size_t>(kBatch * channels));
        for (std::size_t i = 0; i < kBatch; ++i) {
          GemPoolCall one = call;
          one.input = input.data() + i * image;
          one.output = expected.data() + static_cast<std::size_t>(channels) * i;
          reference_row(gem_pool_kernels()).run(one, 0, channels);
        }
        check_kernel(
            cuda::gem_pool__partial_sums, expected,
            [&](float* output, const float* x) {
              cuda::BatchedCall<GemPoolCall> parameters{call, channels, kBatch};
              parameters.call.input = x;
              parameters.call.output = output;
              return parameters;
            },
            input);
      }
    }
  }
}
