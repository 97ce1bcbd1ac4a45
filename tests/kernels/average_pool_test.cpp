// Every row of average_pool against the reference, bit for bit, and the reference by hand.

#include "kernels/average_pool/average_pool.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Run = void (*AveragePoolKernel::*)(const AveragePoolCall&, std::int64_t);

AveragePoolProblem any_problem(std::int32_t channels, Random& random) {
  const auto draw = [&](int low, int high) { return static_cast<std::int32_t>(random.integer(low, high)); };
  AveragePoolProblem p{};
  p.channels = channels;
  p.window_height = draw(1, 4);
  p.window_width = draw(1, 4);
  p.stride_height = draw(1, 3);
  p.stride_width = draw(1, 3);
  p.pad_top = draw(0, p.window_height - 1);
  p.pad_left = draw(0, p.window_width - 1);
  p.input_height = p.window_height + draw(0, 5);
  p.input_width = p.window_width + draw(0, 5);
  // The last window may hang over the edge, as with padding at the end, but starts inside the input.
  const auto outputs = [&](std::int32_t extent, std::int32_t pad, std::int32_t window, std::int32_t stride) {
    return (extent + pad - window + draw(0, window - 1)) / stride + 1;
  };
  p.output_height = outputs(p.input_height, p.pad_top, p.window_height, p.stride_height);
  p.output_width = outputs(p.input_width, p.pad_left, p.window_width, p.stride_width);
  p.count_padding = draw(0, 1) == 1;
  p.factor = random.real(0.5f, 3.0f);
  return p;
}

AveragePoolProblem global(std::int32_t height, std::int32_t width, std::int32_t channels, float factor) {
  return {height, width, channels, 1, 1, height, width, 1, 1, 0, 0, false, factor};
}

template <typename T>
void compare_pool(Run function, const AveragePoolProblem& p, const std::vector<T>& input) {
  const auto outputs =
      static_cast<std::size_t>(p.output_height) * static_cast<std::size_t>(p.output_width * p.channels);
  std::vector<T> expected(outputs);
  for (std::int64_t task = 0; task < average_pool_tasks(p); ++task)
    (reference_row(average_pool_kernels()).*function)({&p, input.data(), expected.data()}, task);
  for (const AveragePoolKernel* row : runnable_rows(average_pool_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<T> guarded(input, kTailPad, placement);
      GuardedOutput<T> output(outputs, kTailPad, placement);
      for (std::int64_t task = average_pool_tasks(p); task-- > 0;)
        (row->*function)({&p, guarded.data(), output.data()}, task);
      INFO(row->name << ": " << p.channels << " channels, " << p.input_height << " x " << p.input_width
                     << ", window " << p.window_height << " x " << p.window_width << ", stride "
                     << p.stride_height << " x " << p.stride_width << ", pad " << p.pad_top << ", "
                     << p.pad_left);
      CHECK(first_difference(output.data(), expected) == outputs);
      CHECK(output.intact());
    }
  }
}

std::size_t input_elements(const AveragePoolProblem& p) {
  return static_cast<std::size_t>(p.input_height * p.input_width) * static_cast<std::size_t>(p.channels);
}

void compare_all_types(const AveragePoolProblem& p, Random& random) {
  compare_pool(&AveragePoolKernel::run_s8, p, any_codes(input_elements(p), random));
  compare_pool(&AveragePoolKernel::run_f32, p, any_floats(input_elements(p), random));
  compare_pool(&AveragePoolKernel::run_f16, p, any_halves(input_elements(p), random));
}

}  // namespace

TEST_CASE("every average-pooling kernel equals the reference") {
  Random random;
  for (std::int32_t channels = 1; channels <= 70; ++channels)
    compare_all_types(any_problem(channels, random), random);
  for (const std::int32_t channels : {96, 127, 128, 129, 144, 320}) {
    for (int repetition = 0; repetition < 3; ++repetition)
      compare_all_types(any_problem(channels, random), random);
  }
}

TEST_CASE("every global average-pooling kernel equals the reference") {
  Random random;
  for (const std::int32_t channels : {1, 3, 15, 16, 17, 31, 63, 64, 65, 100, 128, 130, 193, 320})
    compare_all_types(global(7, 7, channels, 1.7f), random);
}

// More taps than 16-bit sums hold, all of them at either end of the type.
TEST_CASE("every s8 average of many extreme taps equals the reference") {
  for (const std::int32_t extent : {15, 16, 17, 40}) {
    const AveragePoolProblem p = global(extent, extent, 67, 1.0f);
    for (const std::int8_t code : {std::int8_t{-128}, std::int8_t{127}})
      compare_pool(&AveragePoolKernel::run_s8, p, std::vector<std::int8_t>(input_elements(p), code));
  }
}

TEST_CASE("padding counts only where the problem says so") {
  // 2 x 2 windows at stride 2 over 3 x 3 pixels with one pixel of padding above and to the left.
  AveragePoolProblem p = {3, 3, 1, 2, 2, 2, 2, 2, 2, 1, 1, false, 1.0f};
  const float input[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
  float output[4];
  for (std::int64_t row = 0; row < 2; ++row)
    reference_row(average_pool_kernels()).run_f32({&p, input, output}, row);
  CHECK(std::vector<float>(output, output + 4) == std::vector<float>{1, 3, 36, 431.0f / 4});
  p.count_padding = true;
  for (std::int64_t row = 0; row < 2; ++row)
    reference_row(average_pool_kernels()).run_f32({&p, input, output}, row);
  CHECK(std::vector<float>(output, output + 4) == std::vector<float>{0.25f, 1.5f, 18, 431.0f / 4});
}

TEST_CASE("s8 averages scale by factor over taps, round halves to even and clamp") {
  const AveragePoolProblem p = {1, 4, 2, 1, 2, 1, 2, 1, 2, 0, 0, false, 2.0f};
  const std::int8_t input[] = {1, 100, 2, 27, -3, -100, 0, -100};
  std::int8_t output[4];
  reference_row(average_pool_kernels()).run_s8({&p, input, output}, 0);
  CHECK(std::vector<int>(output, output + 4) == std::vector<int>{3, 127, -3, -127});
  const AveragePoolProblem half = {1, 2, 2, 1, 1, 1, 2, 1, 1, 0, 0, false, 1.0f};
  reference_row(average_pool_kernels()).run_s8({&half, input, output}, 0);
  CHECK(std::vector<int>(output, output + 2) == std::vector<int>{2, 64});  // 1.5 and 63.5
}

TEST_CASE("a global pool is cut into runs of channels") {
  CHECK(average_pool_tasks(global(7, 7, 1280, 1.0f)) == 20);
  CHECK(average_pool_tasks(global(7, 7, 65, 1.0f)) == 2);
  CHECK(average_pool_tasks({4, 4, 65, 2, 2, 2, 2, 2, 2, 0, 0, false, 1.0f}) == 2);
  CHECK(average_pool_tasks({4, 4, 65, 4, 1, 1, 4, 1, 1, 0, 0, false, 1.0f}) == 4);
}
