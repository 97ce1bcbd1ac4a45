// The tiled convolutions that there are. Names say the depth of one matrix instruction.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/tiled/tiled_convolution.h"

namespace bitplace::cuda {

template <bool kUnsigned>
struct EitherSign {
  using Multiply16 = MultiplySigned16;
  using Multiply32 = MultiplySigned32;
};
template <>
struct EitherSign<true> {
  using Multiply16 = MultiplyUnsigned16;
  using Multiply32 = MultiplyUnsigned32;
};

// Bits with bits: counts of bits that differ, which sm_75 to sm_89 have in one instruction.
struct BitsXor128 {
  using Product = MatrixProduct<MultiplyBitsXor128>;
  using Meaning = FromDifferentBits;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = true, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = 79;
};
struct BitsXor256 {
  using Product = MatrixProduct<MultiplyBitsXor256>;
  using Meaning = FromDifferentBits;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = true, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = 89;
};
// sm_90 has only counts of bits set on both sides.
struct BitsAnd256 {
  using Product = CommonBitsProduct<MultiplyBitsAnd256>;
  using Meaning = FromCommonBits;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = true, kCountsBits = true;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = 90;
};
// From sm_100 on tensor cores have no bits.
struct BitsAsBytes {
  using Product = ExpandedBitsProduct<MultiplyUnsigned32>;
  using Meaning = FromNegativeSums;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = true, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = kAnyArchitecture;
};
struct BitsByThreads {
  using Product = ThreadProduct<DifferentBits>;
  using Meaning = FromDifferentBits;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = true, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = kAnyArchitecture;
};

// Bytes, unsigned or signed, with signed bytes.
template <bool kUnsigned>
struct Bytes16 {
  using Product = MatrixProduct<typename EitherSign<kUnsigned>::Multiply16>;
  using Meaning = FromProducts;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = kUnsigned, kCountsBits = false;
  static constexpr int kElementBytes = 1;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = 79;
};
template <bool kUnsigned>
struct Bytes32 {
  using Product = MatrixProduct<typename EitherSign<kUnsigned>::Multiply32>;
  using Meaning = FromProducts;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = kUnsigned, kCountsBits = false;
  static constexpr int kElementBytes = 1;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = kAnyArchitecture;
};

// Bytes with nibbles.
template <bool kUnsigned>
struct Nibbles16 {
  using Product = NibbleProduct<typename EitherSign<kUnsigned>::Multiply16>;
  using Meaning = FromProductsTimes16;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 1;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = 79;
};
template <bool kUnsigned>
struct Nibbles32 {
  using Product = NibbleProduct<typename EitherSign<kUnsigned>::Multiply32>;
  using Meaning = FromProductsTimes16;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 1;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = kAnyArchitecture;
};

struct Halves8 {
  using Product = MatrixProduct<MultiplyHalves8>;
  using Output = FloatOutput;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 2;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = 79;
};
struct Halves16 {
  using Product = MatrixProduct<MultiplyHalves16>;
  using Output = FloatOutput;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 2;
  static constexpr int kLowestArchitecture = 80, kHighestArchitecture = kAnyArchitecture;
};
struct Singles {
  using Product = ThreadProduct<FusedSingles>;
  using Output = FloatOutput;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = kAnyArchitecture;
};

struct OrderedFloats {
  using Product = ThreadProduct<RoundedFloats>;
  using Output = FloatOutput;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = 4;
  static constexpr int kLowestArchitecture = 75, kHighestArchitecture = kAnyArchitecture;
};

// Few blocks leave multiprocessors idle, small tiles load each window and filter more often: the largest
// tile that still gives each multiprocessor one or two blocks. Not measured.
enum class TileShape { rows128_columns64, rows64_columns64, rows32_columns32 };

using LargeTile = Tile<128, 64, 3>;
using MediumTile = Tile<64, 64, 3>;
using SmallTile = Tile<32, 32, 4>;

inline std::int64_t tiles_of(const TiledParameters& p, std::int32_t rows, std::int32_t columns) {
  return divide_up<std::int64_t>(p.pixels, rows / p.pool_area) * divide_up(p.group_outputs, columns) *
         p.groups;
}

inline TileShape choose_tile(const TiledParameters& p, int multiprocessors) {
  if (p.group_outputs <= SmallTile::kColumns) return TileShape::rows32_columns32;
  if (tiles_of(p, LargeTile::kRows, LargeTile::kColumns) >= 2 * multiprocessors)
    return TileShape::rows128_columns64;
  if (tiles_of(p, MediumTile::kRows, MediumTile::kColumns) >= multiprocessors)
    return TileShape::rows64_columns64;
  return TileShape::rows32_columns32;
}

}  // namespace bitplace::cuda
