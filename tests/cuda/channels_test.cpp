// Operations that take channels or descriptors together, by the phases of the device's kernels against the
// references on the CPU.

#include "cuda/channels/channels_rows.h"

#include "cuda/device_case.h"
#include "cuda/l2_normalize/l2_normalize.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"
#include "kernels/layer_norm/layer_norm.h"
#include "kernels/softmax/softmax.h"
#include "kernels/transpose/transpose.h"
#include "kernels/vlad/vlad.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr std::int64_t kChannels[] = {1, 15, 16, 17, 100};
constexpr std::int64_t kPixels = 11;
constexpr std::int32_t kBatch = 2;

std::vector<float> usual_floats(std::int64_t count, Random& random) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = random.real(-3.0f, 3.0f);
  return values;
}

// `fill(call, constants)` sets what is no pointer of a tensor.
template <class Call, class Row, typename Fill>
void check_pixels(const cuda::DeviceKernel& kernel, KernelTable<Row> table, Fill fill) {
  Random random;
  for (const std::int64_t channels : kChannels) {
    for (const bool any : {false, true}) {
      const std::int64_t count = kPixels * kBatch * channels;
      const auto input =
          any ? any_floats(static_cast<std::size_t>(count), random) : usual_floats(count, random);
      const auto constants = usual_floats(2 * channels, random);
      std::vector<float> expected(input.size());
      const auto call_of = [&](float* output, const float* x, const float* c) {
        Call call{};
        call.input = x;
        call.output = output;
        call.channels = channels;
        fill(call, c);
        return call;
      };
      reference_row(table).run(call_of(expected.data(), input.data(), constants.data()), 0, kPixels * kBatch);
      check_kernel(
          kernel, expected,
          [&](auto... pointers) {
            return cuda::BatchedCall<Call>{call_of(pointers...), kPixels, kBatch};
          },
          input, constants);
    }
  }
}

template <typename Number>
void check_l2_normalize(const cuda::DeviceKernel& kernel, std::vector<Number> (*make)(std::int64_t, Random&),
                        void (*reference)(const Number*, float*, std::int64_t)) {
  Random random;
  for (const std::int64_t count : {1, 17, 255, 4096, 4097, 9000}) {
    auto input = make(count * kBatch, random);
    input[0] = static_cast<Number>(5);
    std::vector<float> expected(input.size());
    for (std::int64_t image = 0; image < kBatch; ++image)
      reference(input.data() + image * count, expected.data() + image * count, count);
    check_kernel(
        kernel, expected,
        [&](float* output, const Number* x) {
          return cuda::L2NormalizeParameters<Number>{x, output, count, kBatch};
        },
        input);
  }
}

std::vector<std::int32_t> sums_of_bits(std::int64_t count, Random& random) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(random.integer(-4000000, 4000000));
  return values;
}

template <typename Element>
void check_transpose(const cuda::DeviceKernel& kernel,
                     void (*reference)(const TransposeCall&, std::int64_t, std::int64_t)) {
  Random random;
  for (const std::int64_t channels : {1, 31, 64, 70}) {
    for (const std::int64_t pixels : {1, 32, 50}) {
      const auto image = static_cast<std::size_t>(channels * pixels);
      const auto input = any_elements<Element>(image * kBatch, random);
      std::vector<Element> expected(input.size());
      for (std::size_t i = 0; i < kBatch; ++i)
        reference({input.data() + i * image, expected.data() + i * image, pixels, channels}, 0, channels);
      check_kernel(
          kernel, expected,
          [&](Element* output, const Element* x) {
            return cuda::BatchedCall<TransposeCall>{{x, output, pixels, channels}, channels, kBatch};
          },
          input);
    }
  }
}

void check_vlad(std::int64_t pixels, std::int64_t clusters, std::int64_t dimensions, bool dimension_major) {
  Random random;
  const auto assignments = usual_floats(kBatch * pixels * clusters, random);
  const auto features = usual_floats(kBatch * pixels * dimensions, random);
  const auto centers = usual_floats(clusters * dimensions, random);
  const std::int64_t image = clusters * dimensions;
  std::vector<float> expected(static_cast<std::size_t>(kBatch * image)), residuals(expected.size());
  const auto call_of = [&](float* output, const float* a, const float* x, const float* m) {
    return VladCall{a,
                    x,
                    m,
                    dimension_major ? residuals.data() : output,
                    output,
                    pixels,
                    clusters,
                    dimensions,
                    dimension_major};
  };
  for (std::int64_t i = 0; i < kBatch; ++i) {
    reference_row(vlad_kernels())
        .run(call_of(expected.data() + i * image, assignments.data() + i * pixels * clusters,
                     features.data() + i * pixels * dimensions, centers.data()),
             0, clusters);
  }
  check_kernel(
      cuda::vlad__tiles, expected,
      [&](auto... pointers) {
        return cuda::BatchedCall<VladCall>{call_of(pointers...), clusters, kBatch};
      },
      assignments, features, centers);
}

}  // namespace

TEST_CASE("the device normalises descriptors as the reference does") {
  const L2NormalizeKernel& reference = reference_row(l2_normalize_kernels());
  check_l2_normalize<float>(cuda::l2_normalize_f32__block, usual_floats, reference.run_f32);
  check_l2_normalize<std::int32_t>(cuda::l2_normalize_s32__block, sums_of_bits, reference.run_s32);
}

TEST_CASE("the device normalises pixels as the reference does") {
  check_pixels<L2NormalizeChannelsCall>(cuda::l2_normalize_channels__partial_sums,
                                        l2_normalize_channels_kernels(),
                                        [](L2NormalizeChannelsCall&, const float*) {});
  check_pixels<LayerNormCall>(cuda::layer_norm__partial_sums, layer_norm_kernels(),
                              [](LayerNormCall& call, const float* constants) {
                                call.weight = constants;
                                call.bias = constants + call.channels;
                                call.epsilon = 1e-5f;
                              });
}

TEST_CASE("the device takes softmax as the reference does") {
  check_pixels<SoftmaxCall>(cuda::softmax__partial_sums, softmax_kernels(),
                            [](SoftmaxCall&, const float*) {});
}

TEST_CASE("the device transposes as the reference does") {
  const TransposeKernel& reference = reference_row(transpose_kernels());
  check_transpose<std::uint8_t>(cuda::transpose_8__tiles, reference.run_8);
  check_transpose<std::uint16_t>(cuda::transpose_16__tiles, reference.run_16);
  check_transpose<std::uint32_t>(cuda::transpose_32__tiles, reference.run_32);
}

TEST_CASE("the device aggregates residuals as the reference does") {
  for (const bool dimension_major : {false, true}) {
    check_vlad(1, 1, 1, dimension_major);
    check_vlad(33, 5, 40, dimension_major);
    check_vlad(64, 64, 33, dimension_major);
  }
}
