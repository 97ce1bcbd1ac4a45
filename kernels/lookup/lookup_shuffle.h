// 256 results as 16 tables of 16: a byte shuffle looks the low nibble up in each, and bits 4 to 7 choose one
// of the 16 results in four rounds of blends: 16 shuffles, 15 blends and 4 other instructions per vector.
// Tables are read again for each vector, because 16 of them would take all registers. Included by SSE4.2 and
// AVX2 files only.
#pragma once

#include "kernels/lookup/lookup_lanes.h"

namespace bitplace {
namespace {

template <typename L>
struct ShuffleTable {
  using Bytes = typename L::Bytes;
  const std::int8_t* results;

  explicit ShuffleTable(const std::int8_t* table) : results(table) {}

  Bytes operator()(Bytes codes) const {
    const Bytes bit6 = L::twice(codes);
    const Bytes bit5 = L::twice(bit6);
    const Bytes bit4 = L::twice(bit5);
    const Bytes nibbles = L::bit_and(codes, L::set_words(0x0f0f'0f0fu));
    const auto sixteen = [&](int first) { return L::shuffle(L::load_table(results + first), nibbles); };
    const auto thirty_two = [&](int first) {
      return L::where_sign_bit(bit4, sixteen(first + 16), sixteen(first));
    };
    const auto sixty_four = [&](int first) {
      return L::where_sign_bit(bit5, thirty_two(first + 32), thirty_two(first));
    };
    const auto half = [&](int first) {
      return L::where_sign_bit(bit6, sixty_four(first + 64), sixty_four(first));
    };
    return L::where_sign_bit(codes, half(128), half(0));
  }
};

}  // namespace
}  // namespace bitplace
