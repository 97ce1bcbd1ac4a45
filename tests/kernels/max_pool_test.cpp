// Every row of the three max-pooling tables against the reference, bit for bit.

#include "kernels/max_pool/max_pool.h"

#include <limits>

#include "kernels/kernel_rows.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Words = std::vector<std::uint32_t>;

enum class Type { s32, f32, b1 };

KernelTable<MaxPoolKernel> table_of(Type type) {
  switch (type) {
    case Type::s32:
      return max_pool_s32_kernels();
    case Type::f32:
      return max_pool_f32_kernels();
    default:
      return max_pool_b1_kernels();
  }
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

std::uint32_t any_word(Type type, Random& random) {
  if (type != Type::f32) {
    const std::uint32_t special[] = {0x80000000u, 0x7fffffffu, 0xffffffffu, 0u};
    return random.integer(0, 3) == 0 ? special[random.integer(0, 3)] : random.bits();
  }
  using Limits = std::numeric_limits<float>;
  const float special[] = {0.0f, -0.0f, Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()};
  const float value = random.integer(0, 2) == 0 ? special[random.integer(0, 4)] : random.real(-1.0f, 1.0f);
  std::uint32_t word = 0;
  std::memcpy(&word, &value, 4);
  return word;
}

// Random words; the last word of a pixel of bits keeps its unused bits 0.
Words any_words(Type type, std::size_t pixels, std::int32_t channels, Random& random) {
  const std::size_t each = static_cast<std::size_t>(type == Type::b1 ? (channels + 31) / 32 : channels);
  Words words(pixels * each);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = any_word(type, random);
    if (type == Type::b1 && i % each == each - 1 && channels % 32 != 0) words[i] &= (1u << channels % 32) - 1;
  }
  return words;
}

void compare(Type type, std::int32_t channels, bool with_flip, Random& random) {
  const MaxPoolProblem p = any_problem(channels, random);
  const Words input =
      any_words(type, static_cast<std::size_t>(p.input_height * p.input_width), channels, random);
  const Words flip = any_words(Type::b1, 1, channels, random);
  Words expected =
      any_words(type, static_cast<std::size_t>(p.output_height * p.output_width), channels, random);
  const MaxPoolCall reference_call = {&p, input.data(), expected.data(), with_flip ? flip.data() : nullptr};
  for (std::int64_t y = 0; y < p.output_height; ++y)
    reference_row(table_of(type)).run(reference_call, y);
  for (const MaxPoolKernel* row : runnable_rows(table_of(type))) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<std::uint32_t> guarded(input, kTailPad, placement);
      const GuardedInput<std::uint32_t> guarded_flip(flip, kTailPad, placement);
      GuardedOutput<std::uint32_t> output(expected.size(), kTailPad, placement);
      const MaxPoolCall call = {&p, guarded.data(), output.data(), with_flip ? guarded_flip.data() : nullptr};
      for (std::int64_t y = p.output_height; y-- > 0;)
        row->run(call, y);
      INFO(row->name << ": " << channels << " channels, " << p.input_height << " x " << p.input_width
                     << ", window " << p.window_height << " x " << p.window_width << ", stride "
                     << p.stride_height << " x " << p.stride_width << ", pad " << p.pad_top << ", "
                     << p.pad_left);
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

}  // namespace

TEST_CASE("every s32 max-pooling kernel equals the reference") {
  Random random;
  for (std::int32_t channels = 1; channels <= 50; ++channels)
    compare(Type::s32, channels, false, random);
}

TEST_CASE("every f32 max-pooling kernel equals the reference, NaN and signed zeros included") {
  Random random;
  for (std::int32_t channels = 1; channels <= 50; ++channels)
    compare(Type::f32, channels, false, random);
}

TEST_CASE("every max-pooling kernel of bits equals the reference with and without flips") {
  Random random;
  for (const std::int32_t channels : {1, 31, 32, 33, 64, 96, 255, 256, 257, 290, 511, 512, 513, 530, 1000}) {
    for (int repetition = 0; repetition < 4; ++repetition)
      compare(Type::b1, channels, repetition % 2 == 0, random);
  }
}
