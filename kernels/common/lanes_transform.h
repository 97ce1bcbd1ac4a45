// Element-wise control flow that instruction sets share. Included by instruction-set files only, internal
// linkage throughout; a file passes its own lanes (lanes_avx2.h and its siblings) as L:
//
//   Floats, kFloats   a vector of binary32 numbers; load() converts from f32, f16 (as 16-bit words), s8 and
//                     s32, exactly but for large s32; store() converts back, rounding half to even (s8: the
//                     numbers are within [-128, 127]); store4() stores four vectors as s8
//   at_least, at_most a NaN stays, of equal zeros x stays;  larger(tap, best): best unless tap > best
//   Ints              as many s32;  power_of_two(n): 2^n for n in [-126, 127]
//   Shorts            twice as many s16, and their first and last halves as Ints
//   Bytes, kBytes     a vector of bytes, or of whatever an operation takes them for
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

// s8 results are packed from four vectors, others are stored one by one.
template <typename Out>
constexpr std::int64_t kVectorsPerStep = sizeof(Out) == 1 ? 4 : 1;

// One step: Out elements from as many elements of each input.
template <typename L, typename Out, typename Body, typename... In>
inline void transform_step(Out* output, Body body, const In*... input) {
  if constexpr (kVectorsPerStep<Out> == 4) {
    constexpr std::int64_t k = L::kFloats;
    L::store4(output, body(L::load(input)...), body(L::load(input + k)...), body(L::load(input + 2 * k)...),
              body(L::load(input + 3 * k)...));
  } else {
    L::store(output, body(L::load(input)...));
  }
}

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

// output[i] = body(input[i]...) for i in [0, count): whole steps, then one through buffers, so that nothing
// else is read or written. The output may be one of the inputs.
template <typename L, typename Out, typename Body, typename... In>
inline void transform(Out* output, std::int64_t count, Body body, const In*... input) {
  constexpr std::int64_t kStep = kVectorsPerStep<Out> * L::kFloats;
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    transform_step<L>(output + i, body, (input + i)...);
  if (i == count) return;
  Elements<Out, kStep> last;
  transform_step<L>(last.at, body, first_elements<kStep>(input + i, count - i).at...);
  __builtin_memcpy(output + i, last.at, static_cast<std::size_t>(count - i) * sizeof(Out));
}

}  // namespace
}  // namespace bitplace
