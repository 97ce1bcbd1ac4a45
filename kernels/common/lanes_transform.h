// Element-wise control flow that instruction sets share. Included by instruction-set files only, internal
// linkage throughout; a file passes its own lanes (lanes_avx2.h and its siblings) as L:
//
//   Floats, kFloats   a vector of binary32 numbers; load() converts from f32, f16 (as 16-bit words), s8 and
//                     s32, exactly but for large s32; store() rounds to f32 or f16
//   store2, store4    two or four vectors as s8, rounded half to even; what is below `low` becomes `low`,
//   what
//                     is above 2^31 - 1 must not occur
//   store4_unsigned   four vectors as u8, rounded half to even, below 0 taken for 0; the same bound above
//   at_least, at_most a NaN stays, of equal zeros x stays;  larger(tap, best): best unless tap > best
//   exchange<n>       swaps lanes i and i ^ n;  first(x): lane 0
//   Ints              as many s32;  power_of_two(n): 2^n for n in [-126, 127];  bits_of(), of_bits(): the
//   same bits;
//                     shift_right_23() keeps the sign
//   Shorts            twice as many s16, and their first and last halves as Ints
//   Longs             half as many s64
//   kRegisters        as many vectors are in registers at once
//   Bytes, kBytes     a vector of bytes, or of whatever an operation takes them for
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

template <typename T, std::int64_t kCount>
struct Elements {
  alignas(64) T at[static_cast<std::size_t>(kCount)];
};

// The first `count` elements, zeros behind them.
template <std::int64_t kCount, typename T>
inline Elements<T, kCount> first_elements(const T* from, std::int64_t count) {
  Elements<T, kCount> elements = {};
  __builtin_memcpy(elements.at, from, static_cast<std::size_t>(count) * sizeof(T));
  return elements;
}

// Calls step(output, input...) for every kStep of `count` elements. What is left is done by a step that ends
// with the last element and repeats some results, or through buffers where that cannot be: nothing else is
// read or written. The output may be one of the inputs.
template <std::int64_t kStep, typename Out, typename Step, typename... In>
inline void for_each_step(Out* output, std::int64_t count, Step step, const In*... input) {
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    step(output + i, (input + i)...);
  if (i == count) return;
  const bool in_place = (... || (static_cast<const void*>(output) == static_cast<const void*>(input)));
  if (count >= kStep && !in_place) {
    step(output + count - kStep, (input + count - kStep)...);
    return;
  }
  Elements<Out, kStep> last;
  step(last.at, first_elements<kStep>(input + i, count - i).at...);
  __builtin_memcpy(output + i, last.at, static_cast<std::size_t>(count - i) * sizeof(Out));
}

// One value per channel, repeated for as many whole pixels as fit: pixels of few channels are then taken
// together, and steps need not end with every pixel.
template <typename T>
class RepeatedChannels {
 public:
  RepeatedChannels(const T* channel_values, std::int64_t channels, std::int64_t most_pixels)
      : values_(channel_values) {
    const std::int64_t fitting = kElements / channels;
    pixels_ = fitting < most_pixels ? fitting : most_pixels;
    if (pixels_ <= 1 || channel_values == nullptr) return;
    for (std::int64_t pixel = 0; pixel < pixels_; ++pixel)
      __builtin_memcpy(buffer_ + pixel * channels, channel_values,
                       static_cast<std::size_t>(channels) * sizeof(T));
    values_ = buffer_;
  }
  RepeatedChannels(const RepeatedChannels&) = delete;
  RepeatedChannels& operator=(const RepeatedChannels&) = delete;

  const T* values() const { return values_; }
  std::int64_t pixels() const { return pixels_ < 1 ? 1 : pixels_; }

 private:
  static constexpr std::int64_t kElements = 512;
  alignas(64) T buffer_[kElements];
  const T* values_;
  std::int64_t pixels_;
};

// Calls run(first element, number of elements) for pixels [begin, end), `together` at a time.
template <typename Run>
inline void for_each_pixel_run(std::int64_t begin, std::int64_t end, std::int64_t channels,
                               std::int64_t together, Run run) {
  for (std::int64_t pixel = begin; pixel < end; pixel += together)
    run(pixel * channels, (end - pixel < together ? end - pixel : together) * channels);
}

// output[i] = body(input[i]...), for results of f32 or f16.
template <typename L, typename Out, typename Body, typename... In>
inline void transform(Out* output, std::int64_t count, Body body, const In*... input) {
  for_each_step<L::kFloats>(
      output, count, [&](Out* to, const In*... from) { L::store(to, body(L::load(from)...)); }, input...);
}

// A bound of s8 codes: a whole number within [-127, 127].
template <typename L>
inline typename L::Bytes bound_of_codes(float bound) {
  return L::set_words(0x0101'0101u * static_cast<std::uint8_t>(static_cast<std::int8_t>(bound)));
}

// The same for results of s8 that are at least `low`; body() keeps them below an upper bound.
template <typename L, typename Body, typename... In>
inline void transform_to_codes(std::int8_t* output, std::int64_t count, float low, Body body,
                               const In*... input) {
  constexpr std::int64_t k = L::kFloats;
  const typename L::Bytes lowest = bound_of_codes<L>(low);
  for_each_step<4 * k>(
      output, count,
      [&](std::int8_t* to, const In*... from) {
        L::store4(to, body(L::load(from)...), body(L::load(from + k)...), body(L::load(from + 2 * k)...),
                  body(L::load(from + 3 * k)...), lowest);
      },
      input...);
}

// The same for results of u8.
template <typename L, typename Body, typename... In>
inline void transform_to_unsigned_codes(std::uint8_t* output, std::int64_t count, Body body,
                                        const In*... input) {
  constexpr std::int64_t k = L::kFloats;
  for_each_step<4 * k>(
      output, count,
      [&](std::uint8_t* to, const In*... from) {
        L::store4_unsigned(to, body(L::load(from)...), body(L::load(from + k)...),
                           body(L::load(from + 2 * k)...), body(L::load(from + 3 * k)...));
      },
      input...);
}

}  // namespace
}  // namespace bitplace
