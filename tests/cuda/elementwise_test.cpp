// Operations on single elements by the phases of the device's kernels against the references on the CPU.

#include "cuda/elementwise/elementwise_rows.h"

#include "cuda/common/packet.h"
#include "cuda/device_case.h"
#include "kernels/activation/activation.h"
#include "kernels/add/add.h"
#include "kernels/cast/cast.h"
#include "kernels/concatenate/concatenate.h"
#include "kernels/dequantize/dequantize.h"
#include "kernels/lookup/lookup.h"
#include "kernels/multiply_channels/multiply_channels.h"
#include "kernels/quantize/quantize.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// Less than a block, a block, blocks and a tail; multiples of packets and none.
constexpr std::int64_t kCounts[] = {1, 15, 64, 1023, 1024, 4097, 8192};
constexpr std::int32_t kBatches[] = {1, 3};

// `reference(call, 0, count)` of every count and batch; `call` without its pointers.
template <typename In, typename Out, typename Call>
void check_unary(const cuda::DeviceKernel& kernel, const Call& call,
                 void (*reference)(const Call&, std::int64_t, std::int64_t)) {
  Random random;
  for (const std::int64_t count : kCounts) {
    for (const std::int32_t batch : kBatches) {
      const auto input = any_elements<In>(static_cast<std::size_t>(count * batch), random);
      std::vector<Out> expected(input.size());
      Call whole = call;
      whole.input = input.data();
      whole.output = expected.data();
      reference(whole, 0, count * batch);
      check_kernel(
          kernel, expected,
          [&](Out* output, const In* x) {
            cuda::BatchedCall<Call> parameters{call, count, batch};
            parameters.call.input = x;
            parameters.call.output = output;
            return parameters;
          },
          input);
    }
  }
}

template <typename T>
void check_add(const cuda::DeviceKernel& kernel, const AddCall& call,
               void (*reference)(const AddCall&, std::int64_t, std::int64_t)) {
  Random random;
  for (const std::int64_t count : kCounts) {
    const std::int32_t batch = 2;
    const auto a = any_elements<T>(static_cast<std::size_t>(count * batch), random);
    const auto b = any_elements<T>(a.size(), random);
    std::vector<T> expected(a.size());
    AddCall whole = call;
    whole.a = a.data();
    whole.b = b.data();
    whole.output = expected.data();
    reference(whole, 0, count * batch);
    check_kernel(
        kernel, expected,
        [&](T* output, const T* first, const T* second) {
          return cuda::BatchedCall<AddCall>{
              {first, second, output, call.scale_a, call.scale_b, call.low, call.high}, count, batch};
        },
        a, b);
  }
}

// Channels that fit packets and that do not.
constexpr std::int64_t kChannels[] = {1, 3, 16, 64, 100};

template <typename T>
void check_multiply(const cuda::DeviceKernel& kernel, float low, float high,
                    void (*reference)(const MultiplyChannelsCall&, std::int64_t, std::int64_t)) {
  Random random;
  for (const std::int64_t channels : kChannels) {
    for (const std::int32_t batch : kBatches) {
      const std::int64_t pixels = 130;
      const auto image = static_cast<std::size_t>(pixels * channels);
      const auto input = any_elements<T>(image * static_cast<std::size_t>(batch), random);
      const auto gate = any_elements<T>(static_cast<std::size_t>(channels * batch), random);
      std::vector<T> expected(input.size());
      const MultiplyChannelsCall call{nullptr, nullptr, nullptr, channels, 0.013f, low, high};
      for (std::int32_t i = 0; i < batch; ++i) {
        MultiplyChannelsCall one = call;
        one.input = input.data() + image * static_cast<std::size_t>(i);
        one.gate = gate.data() + channels * i;
        one.output = expected.data() + image * static_cast<std::size_t>(i);
        reference(one, 0, pixels);
      }
      check_kernel(
          kernel, expected,
          [&](T* output, const T* x, const T* gates) {
            cuda::BatchedCall<MultiplyChannelsCall> parameters{call, pixels, batch};
            parameters.call.input = x;
            parameters.call.gate = gates;
            parameters.call.output = output;
            return parameters;
          },
          input, gate);
    }
  }
}

}  // namespace

TEST_CASE("the device quantizes and dequantizes as the reference does") {
  const QuantizeKernel& quantize = reference_row(quantize_kernels());
  const QuantizeCall codes{nullptr, nullptr, 0.37f};
  const QuantizeCall small{nullptr, nullptr, 1e-7f, 0.0f, 7.0f};
  check_unary<std::int32_t, std::int8_t>(cuda::quantize_s32__packets, small, quantize.run_s32);
  check_unary<float, std::int8_t>(cuda::quantize_f32__packets, codes, quantize.run_f32);
  check_unary<std::uint16_t, std::int8_t>(cuda::quantize_f16__packets, codes, quantize.run_f16);
  check_unary<float, std::uint8_t>(cuda::quantize_unsigned__packets,
                                   UnsignedQuantizeCall{nullptr, nullptr, 31.0f}, quantize.run_unsigned);
  const DequantizeKernel& dequantize = reference_row(dequantize_kernels());
  const DequantizeCall call{nullptr, nullptr, 0.0123f};
  check_unary<std::int8_t, float>(cuda::dequantize_s8_f32__packets, call, dequantize.run_s8_f32);
  check_unary<std::int8_t, std::uint16_t>(cuda::dequantize_s8_f16__packets, call, dequantize.run_s8_f16);
}

TEST_CASE("the device scales channels as the reference does") {
  Random random;
  for (const std::int64_t channels : kChannels) {
    for (const bool with_bias : {false, true}) {
      const std::int64_t pixels = 77;
      const std::int32_t batch = 2;
      const auto input =
          any_elements<std::int32_t>(static_cast<std::size_t>(pixels * channels * batch), random);
      std::vector<float> scale(static_cast<std::size_t>(channels)), bias(scale.size());
      for (float& x : scale)
        x = random.real(0.001f, 0.1f);
      for (float& x : bias)
        x = random.real(-1.0f, 1.0f);
      std::vector<float> expected(input.size());
      const auto call = [&](float* output, const std::int32_t* x, const float* scales, const float* biases) {
        return DequantizeChannelsCall{x, output, scales, with_bias ? biases : nullptr, channels};
      };
      reference_row(dequantize_kernels())
          .run_s32_f32(call(expected.data(), input.data(), scale.data(), bias.data()), 0, pixels * batch);
      check_kernel(
          cuda::dequantize_s32_f32__packets, expected,
          [&](auto... pointers) {
            return cuda::BatchedCall<DequantizeChannelsCall>{call(pointers...), pixels, batch};
          },
          input, scale, bias);
    }
  }
}

TEST_CASE("the device casts as the reference does, every half and NaNs' payloads included") {
  Random random;
  const CastKernel& cast = reference_row(cast_kernels());
  check_unary<float, std::uint16_t>(cuda::cast_f32_f16__packets, CastCall{}, cast.run_f32_f16);
  check_unary<std::uint16_t, float>(cuda::cast_f16_f32__packets, CastCall{}, cast.run_f16_f32);
}

TEST_CASE("the device adds as the reference does") {
  const AddKernel& add = reference_row(add_kernels());
  check_add<std::int8_t>(cuda::add_s8__packets, {nullptr, nullptr, nullptr, 0.7f, 0.45f, -127.0f, 127.0f},
                         add.run_s8);
  check_add<float>(cuda::add_f32__packets, {nullptr, nullptr, nullptr, 0.0f, 0.0f, 0.0f, 6.0f}, add.run_f32);
  check_add<std::uint16_t>(cuda::add_f16__packets, {nullptr, nullptr, nullptr, 0.0f, 0.0f, -3.0f, 1e9f},
                           add.run_f16);
}

TEST_CASE("the device multiplies channels as the reference does") {
  const MultiplyChannelsKernel& multiply = reference_row(multiply_channels_kernels());
  check_multiply<std::int8_t>(cuda::multiply_channels_s8__packets, -127.0f, 127.0f, multiply.run_s8);
  check_multiply<float>(cuda::multiply_channels_f32__packets, -2.0f, 1e9f, multiply.run_f32);
  check_multiply<std::uint16_t>(cuda::multiply_channels_f16__packets, 0.0f, 6.0f, multiply.run_f16);
}

TEST_CASE("the device activates as the reference does") {
  const ActivationKernel& activation = reference_row(activation_kernels());
  for (int kind = 0; kind < kActivationKinds; ++kind) {
    const ActivationCall call{static_cast<ActivationKind>(kind), 0.1f, nullptr, nullptr};
    check_unary<float, float>(cuda::activation_f32__packets, call, activation.run_f32);
    check_unary<std::uint16_t, std::uint16_t>(cuda::activation_f16__packets, call, activation.run_f16);
  }
}

TEST_CASE("the device looks up as the reference does") {
  Random random;
  const auto table = any_elements<std::int8_t>(256, random);
  const LookupKernel& lookup = reference_row(lookup_kernels());
  const LookupCall call{nullptr, table.data(), nullptr};
  check_unary<std::int8_t, std::int8_t>(cuda::lookup_s8__packets, call, lookup.run_s8);
  check_unary<std::uint8_t, std::int8_t>(cuda::lookup_u8__packets, call, lookup.run_u8);
}

TEST_CASE("the device concatenates as the reference does") {
  Random random;
  struct Case {
    std::int64_t a_bytes, b_bytes, pixels;
  };
  for (const Case& c :
       {Case{16, 32, 200}, Case{48, 16, 5}, Case{4, 12, 700}, Case{3, 1, 33}, Case{16, 1, 257}}) {
    const std::int32_t batch = 2;
    const auto count = static_cast<std::size_t>(c.pixels * batch);
    const auto a = any_elements<std::uint8_t>(count * static_cast<std::size_t>(c.a_bytes), random);
    const auto b = any_elements<std::uint8_t>(count * static_cast<std::size_t>(c.b_bytes), random);
    std::vector<std::uint8_t> expected(a.size() + b.size());
    reference_row(concatenate_kernels())
        .run({a.data(), b.data(), expected.data(), c.a_bytes, c.b_bytes}, 0, c.pixels * batch);
    check_kernel(
        cuda::concatenate__packets, expected,
        [&](std::uint8_t* output, const std::uint8_t* first, const std::uint8_t* second) {
          return cuda::BatchedCall<ConcatenateCall>{
              {first, second, output, c.a_bytes, c.b_bytes}, c.pixels, batch};
        },
        a, b);
  }
}

TEST_CASE("indices divide alike on either side of 32 bits") {
  Random random;
  for (const int bits : {8, 31, 32, 33, 40, 62}) {
    for (int i = 0; i < 100; ++i) {
      const std::int64_t a = random.integer(0, (std::int64_t{1} << bits) - 1);
      const std::int64_t b = random.integer(1, (std::int64_t{1} << random.integer(1, bits)) - 1);
      CHECK(cuda::quotient(a, b) == a / b);
      CHECK(cuda::remainder(a, b) == a % b);
    }
  }
}
