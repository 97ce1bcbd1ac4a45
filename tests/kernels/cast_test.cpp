// Every row of cast against the reference: all halves, and every kind of float.

#include "kernels/cast/cast.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// NaNs are compared too: their payloads are part of the contract.
template <typename In, typename Out>
void compare_cast(void (*CastKernel::*function)(const CastCall&, std::int64_t, std::int64_t),
                  const std::vector<In>& input) {
  const auto count = static_cast<std::int64_t>(input.size());
  std::vector<Out> expected(input.size());
  (reference_row(cast_kernels()).*function)({input.data(), expected.data()}, 0, count);
  for (const CastKernel* row : runnable_rows(cast_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<In> guarded(input, 0, placement);
      GuardedOutput<Out> output(input.size(), 0, placement);
      (row->*function)({guarded.data(), output.data()}, count / 3, count);
      (row->*function)({guarded.data(), output.data()}, 0, count / 3);
      INFO(row->name << " with " << count << " elements");
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

float from_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, 4);
  return value;
}

}  // namespace

TEST_CASE("every cast to f16 equals the reference, whatever the length") {
  Random random;
  for (const std::int64_t count : element_counts())
    compare_cast<float, std::uint16_t>(&CastKernel::run_f32_f16,
                                       any_floats(static_cast<std::size_t>(count), random));
}

TEST_CASE("every cast to f32 equals the reference on all halves") {
  std::vector<std::uint16_t> halves(65536);
  for (std::size_t i = 0; i < halves.size(); ++i)
    halves[i] = static_cast<std::uint16_t>(i);
  compare_cast<std::uint16_t, float>(&CastKernel::run_f16_f32, halves);
  for (std::size_t count = 1; count <= 70; ++count)
    compare_cast<std::uint16_t, float>(&CastKernel::run_f16_f32,
                                       {halves.end() - static_cast<std::ptrdiff_t>(count), halves.end()});
}

// Each half, the middle between it and the next one, and the floats beside that middle.
TEST_CASE("every cast to f16 equals the reference around all halves and their middles") {
  std::vector<float> floats;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const float value = half_to_float(static_cast<std::uint16_t>(half));
    const float next = half_to_float(static_cast<std::uint16_t>(half + 1));
    const float middle = value * 0.5f + next * 0.5f;
    std::uint32_t bits = 0;
    std::memcpy(&bits, &middle, 4);
    floats.insert(floats.end(), {value, middle, from_bits(bits - 1), from_bits(bits + 1)});
  }
  compare_cast<float, std::uint16_t>(&CastKernel::run_f32_f16, floats);
}

TEST_CASE("casts to f16 round to even, overflow to infinity and keep subnormals") {
  const float input[] = {1.0f,     1.0f + 0x1p-11f, 1.0f + 0x3p-11f, 65519.0f,
                         65520.0f, 0x1p-24f,        0x1p-25f,        -0.0f};
  std::uint16_t output[8];
  reference_row(cast_kernels()).run_f32_f16({input, output}, 0, 8);
  CHECK(std::vector<int>(output, output + 8) ==
        std::vector<int>{0x3c00, 0x3c00, 0x3c02, 0x7bff, 0x7c00, 0x0001, 0x0000, 0x8000});
}
