// Every row of the max-pooling tables against the reference, bit for bit.

#include "kernels/max_pool/max_pool.h"

#include <limits>

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// A pixel's elements: numbers, or words of bits.
std::int64_t elements_per_pixel(const MaxPoolProblem& p, bool bits) {
  return bits ? (p.channels + 31) / 32 : p.channels;
}

MaxPoolProblem any_problem(std::int32_t channels, Random& random) {
  const auto draw = [&](int low, int high) { return static_cast<std::int32_t>(random.integer(low, high)); };
  MaxPoolProblem p{};
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
  return p;
}

// Random words whose unused bits, in the last word of a pixel, are 0.
std::vector<std::uint32_t> any_words(std::size_t pixels, std::int32_t channels, Random& random) {
  const auto each = static_cast<std::size_t>((channels + 31) / 32);
  std::vector<std::uint32_t> words(pixels * each);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = random.bits();
    if (i % each == each - 1 && channels % 32 != 0) words[i] &= (1u << channels % 32) - 1;
  }
  return words;
}

template <typename T>
std::vector<T> any_integers(std::size_t count, Random& random) {
  using Limits = std::numeric_limits<T>;
  const T special[] = {Limits::min(), Limits::max(), T{0}, static_cast<T>(-1)};
  std::vector<T> values(count);
  for (T& value : values)
    value = random.integer(0, 3) == 0 ? special[random.integer(0, 3)] : static_cast<T>(random.bits());
  return values;
}

// `fill(count)` gives that many random input elements; `flip` is null but for bits with flips.
template <typename T, typename Fill>
void compare(KernelTable<MaxPoolKernel> table, const MaxPoolProblem& p, bool bits, Fill fill,
             const std::vector<std::uint32_t>* flip) {
  const auto each = static_cast<std::size_t>(elements_per_pixel(p, bits));
  const std::vector<T> input = fill(static_cast<std::size_t>(p.input_height * p.input_width) * each);
  std::vector<T> expected(static_cast<std::size_t>(p.output_height * p.output_width) * each);
  const MaxPoolCall reference_call = {&p, input.data(), expected.data(),
                                      flip != nullptr ? flip->data() : nullptr};
  for (std::int64_t y = 0; y < p.output_height; ++y)
    reference_row(table).run(reference_call, y);
  for (const MaxPoolKernel* row : runnable_rows(table)) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<T> guarded(input, kTailPad, placement);
      const GuardedInput<std::uint32_t> guarded_flip(flip != nullptr ? *flip : std::vector<std::uint32_t>(1),
                                                     0, placement);
      GuardedOutput<T> output(expected.size(), kTailPad, placement);
      const MaxPoolCall call = {&p, guarded.data(), output.data(),
                                flip != nullptr ? guarded_flip.data() : nullptr};
      for (std::int64_t y = p.output_height; y-- > 0;)
        row->run(call, y);
      INFO(row->name << ": " << p.channels << " channels, " << p.input_height << " x " << p.input_width
                     << ", window " << p.window_height << " x " << p.window_width << ", stride "
                     << p.stride_height << " x " << p.stride_width << ", pad " << p.pad_top << ", "
                     << p.pad_left);
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

// Around every vector length and four of them.
std::vector<std::int32_t> channel_counts() {
  std::vector<std::int32_t> counts;
  for (std::int32_t channels = 1; channels <= 70; ++channels)
    counts.push_back(channels);
  counts.insert(counts.end(), {127, 128, 129, 255, 256, 257, 320});
  return counts;
}

template <typename T>
void compare_integers(KernelTable<MaxPoolKernel> table) {
  Random random;
  for (const std::int32_t channels : channel_counts()) {
    compare<T>(
        table, any_problem(channels, random), false,
        [&](std::size_t count) { return any_integers<T>(count, random); }, nullptr);
  }
}

}  // namespace

TEST_CASE("every max-pooling kernel of integers equals the reference") {
  compare_integers<std::int8_t>(max_pool_s8_kernels());
  compare_integers<std::uint8_t>(max_pool_u8_kernels());
  compare_integers<std::int32_t>(max_pool_s32_kernels());
}

TEST_CASE("every f32 max-pooling kernel equals the reference, NaN and signed zeros included") {
  Random random;
  for (const std::int32_t channels : channel_counts()) {
    compare<float>(
        max_pool_f32_kernels(), any_problem(channels, random), false,
        [&](std::size_t count) { return any_floats(count, random); }, nullptr);
  }
}

TEST_CASE("every f16 max-pooling kernel equals the reference, NaN and signed zeros included") {
  Random random;
  for (const std::int32_t channels : channel_counts()) {
    compare<std::uint16_t>(
        max_pool_f16_kernels(), any_problem(channels, random), false,
        [&](std::size_t count) { return any_halves(count, random); }, nullptr);
  }
}

TEST_CASE("every max-pooling kernel of bits equals the reference with and without flips") {
  Random random;
  for (const std::int32_t channels : {1, 31, 32, 33, 64, 96, 255, 256, 257, 290, 511, 512, 513, 530, 1000}) {
    for (int repetition = 0; repetition < 4; ++repetition) {
      const std::vector<std::uint32_t> flip = any_words(1, channels, random);
      const auto each = static_cast<std::size_t>((channels + 31) / 32);
      compare<std::uint32_t>(
          max_pool_b1_kernels(), any_problem(channels, random), true,
          [&](std::size_t count) { return any_words(count / each, channels, random); },
          repetition % 2 == 0 ? &flip : nullptr);
    }
  }
}

TEST_CASE("of equal zeros the earlier wins, and a NaN never does") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const MaxPoolProblem p = {1, 6, 1, 1, 3, 1, 2, 1, 2, 0, 0};
  const float input[] = {-0.0f, 0.0f, kNan, -2.0f, kNan, kNan};
  const KernelTable<MaxPoolKernel> table = max_pool_f32_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    std::vector<float> padded(input, input + 6);
    padded.resize(6 + kTailPad / sizeof(float));
    float output[3];
    table.rows[i]->run({&p, padded.data(), output, nullptr}, 0);
    INFO(table.rows[i]->name);
    CHECK((output[0] == 0 && std::signbit(output[0])));
    CHECK(output[1] == -2.0f);
    CHECK(output[2] == -std::numeric_limits<float>::infinity());
  }
}
