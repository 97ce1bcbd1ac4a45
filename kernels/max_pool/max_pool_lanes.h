// Max-pooling with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_pool.h"
#include "kernels/common/lanes_transform.h"
#include "kernels/max_pool/max_pool.h"

namespace bitplace {
namespace {

// What integers and bits have in common: vectors of bytes.
template <typename L, typename T>
struct MaximumOfBytes {
  using Element = T;
  using Vector = typename L::Bytes;
  static constexpr std::int64_t kStep = L::kBytes / static_cast<std::int64_t>(sizeof(T));
};

template <typename L, typename T>
struct MaximumOfIntegers : MaximumOfBytes<L, T> {
  using Vector = typename L::Bytes;
  using Extra = NoExtra;
  static Extra extra(std::int64_t, std::int64_t) { return {}; }
  static void store(T* to, Vector best, Extra) { L::store_bytes(to, best); }
  static void store_first(T* to, Vector best, Extra, std::int64_t count) {
    L::store_first_bytes(to, best, count * static_cast<std::int64_t>(sizeof(T)));
  }
};

template <typename L>
struct MaximumS8 : MaximumOfIntegers<L, std::int8_t> {
  static typename L::Bytes start() { return L::set_words(0x8080'8080u); }
  static typename L::Bytes combine(typename L::Bytes best, const std::int8_t* taps, NoExtra) {
    return L::larger_s8(best, L::load_bytes(taps));
  }
};

template <typename L>
struct MaximumU8 : MaximumOfIntegers<L, std::uint8_t> {
  static typename L::Bytes start() { return L::set_words(0); }
  static typename L::Bytes combine(typename L::Bytes best, const std::uint8_t* taps, NoExtra) {
    return L::larger_u8(best, L::load_bytes(taps));
  }
};

template <typename L>
struct MaximumS32 : MaximumOfIntegers<L, std::int32_t> {
  static typename L::Bytes start() { return L::set_words(0x8000'0000u); }
  static typename L::Bytes combine(typename L::Bytes best, const std::int32_t* taps, NoExtra) {
    return L::larger_s32(best, L::load_bytes(taps));
  }
};

// best AND (tap xor flip), xor flip at the end.
template <typename L>
struct MaximumB1 : MaximumOfBytes<L, std::uint32_t> {
  using Vector = typename L::Bytes;
  using Extra = Vector;
  static constexpr std::int64_t kWords = L::kBytes / 4;
  const std::uint32_t* flip_words;

  // Behind the flips nothing may be read.
  Extra extra(std::int64_t first, std::int64_t count) const {
    if (flip_words == nullptr) return L::set_words(0);
    if (count >= kWords) return L::load_bytes(flip_words + first);
    return L::load_bytes(first_elements<kWords>(flip_words + first, count).at);
  }
  static Vector start() { return L::set_words(~0u); }
  static Vector combine(Vector best, const std::uint32_t* taps, Extra flip) {
    return L::bit_and(best, L::bit_xor(L::load_bytes(taps), flip));
  }
  static void store(std::uint32_t* to, Vector best, Extra flip) {
    L::store_bytes(to, L::bit_xor(best, flip));
  }
  static void store_first(std::uint32_t* to, Vector best, Extra flip, std::int64_t count) {
    L::store_first_bytes(to, L::bit_xor(best, flip), 4 * count);
  }
};

// T: float, or std::uint16_t for f16, whose maximum in f32 is one of the taps and loses nothing on its way
// back.
template <typename L, typename T>
struct MaximumOfFloats {
  using Element = T;
  using Vector = typename L::Floats;
  using Extra = NoExtra;
  static constexpr std::int64_t kStep = L::kFloats;
  static Extra extra(std::int64_t, std::int64_t) { return {}; }
  static Vector start() { return L::set(-__builtin_inff()); }
  static Vector combine(Vector best, const T* taps, Extra) { return L::larger(L::load(taps), best); }
  static void store(T* to, Vector best, Extra) { L::store(to, best); }
  void store_first(T* to, Vector best, Extra extra, std::int64_t count) const {
    store_through_buffer(*this, to, best, extra, count);
  }
};

template <typename R>
inline void pool_row(const R& reduction, const MaxPoolCall& call, std::int64_t row, std::int64_t elements) {
  using Element = typename R::Element;
  const MaxPoolProblem& p = *call.problem;
  auto* output = static_cast<Element*>(call.output) + row * p.output_width * elements;
  for (std::int64_t column = 0; column < p.output_width; ++column, output += elements) {
    const PoolPixel<Element> pixel = {static_cast<const Element*>(call.input), output, elements,
                                      p.input_width, window_at(p, row, column)};
    pool_pixel(reduction, pixel, 0, elements);
  }
}

template <typename R>
void run_numbers(const MaxPoolCall& call, std::int64_t row) {
  pool_row(R{}, call, row, call.problem->channels);
}

template <typename L>
void run_bits(const MaxPoolCall& call, std::int64_t row) {
  MaximumB1<L> reduction;
  reduction.flip_words = call.flip_words;
  pool_row(reduction, call, row, (std::int64_t{call.problem->channels} + 31) / 32);
}

}  // namespace
}  // namespace bitplace
