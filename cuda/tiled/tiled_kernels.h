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

// Where a product runs.
template <int kLowest, int kHighest = kAnyArchitecture>
struct Architectures {
  static constexpr int kLowestArchitecture = kLowest, kHighestArchitecture = kHighest;
};

// Windows of integers; what their counters mean, and whether outputs may be bits.
template <class ProductOfKernel, class MeaningOfCounters, int kBytes, bool kBits, bool kCounts = false>
struct IntegerWindows {
  using Product = ProductOfKernel;
  using Meaning = MeaningOfCounters;
  using Output = IntegerOutput<Meaning>;
  static constexpr bool kMakesBits = kBits, kCountsBits = kCounts;
  static constexpr int kElementBytes = kBytes;
};

template <class ProductOfKernel, int kBytes>
struct FloatWindows {
  using Product = ProductOfKernel;
  using Output = FloatOutput;
  static constexpr bool kMakesBits = false, kCountsBits = false;
  static constexpr int kElementBytes = kBytes;
};

// Bits, in words of 4 bytes: counts of bits that differ, which sm_75 to sm_89 have in one instruction.
struct BitsXor128 : IntegerWindows<MatrixProduct<MultiplyBitsXor128>, FromDifferentBits, 4, true>,
                    Architectures<75, 79> {};
struct BitsXor256 : IntegerWindows<MatrixProduct<MultiplyBitsXor256>, FromDifferentBits, 4, true>,
                    Architectures<80, 89> {};
// sm_90 has only counts of bits set on both sides, which say nothing without the counts of either side.
struct BitsAnd256 : IntegerWindows<CommonBitsProduct<MultiplyBitsAnd256>, FromCommonBits, 4, true, true>,
                    Architectures<80, 90> {};
// From sm_100 on tensor cores have no bits.
struct BitsAsBytes : IntegerWindows<ExpandedBitsProduct<MultiplyUnsigned32>, FromNegativeSums, 4, true>,
                     Architectures<80> {};
struct BitsByThreads : IntegerWindows<ThreadProduct<DifferentBits>, FromDifferentBits, 4, true>,
                       Architectures<75> {};

// Bytes, unsigned or signed, with signed bytes.
template <bool kUnsigned>
struct Bytes16
    : IntegerWindows<MatrixProduct<typename EitherSign<kUnsigned>::Multiply16>, FromProducts, 1, kUnsigned>,
      Architectures<75, 79> {};
template <bool kUnsigned>
struct Bytes32
    : IntegerWindows<MatrixProduct<typename EitherSign<kUnsigned>::Multiply32>, FromProducts, 1, kUnsigned>,
      Architectures<80> {};

// Bytes with nibbles.
template <bool kUnsigned>
struct Nibbles16 : IntegerWindows<NibbleProduct<typename EitherSign<kUnsigned>::Multiply16>,
                                  FromProductsTimes16, 1, false>,
                   Architectures<75, 79> {};
template <bool kUnsigned>
struct Nibbles32 : IntegerWindows<NibbleProduct<typename EitherSign<kUnsigned>::Multiply32>,
                                  FromProductsTimes16, 1, false>,
                   Architectures<80> {};

struct Halves8 : FloatWindows<MatrixProduct<MultiplyHalves8>, 2>, Architectures<75, 79> {};
struct Halves16 : FloatWindows<MatrixProduct<MultiplyHalves16>, 2>, Architectures<80> {};
struct Singles : FloatWindows<ThreadProduct<FusedSingles>, 4>, Architectures<75> {};
struct OrderedFloats : FloatWindows<ThreadProduct<RoundedFloats>, 4>, Architectures<75> {};

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
