// How a tile's stage is multiplied: by tensor cores, or by the plain instructions of each thread. All leave
// the same accumulators in the same lanes (tile_layout.h).
#pragma once

#include "cuda/common/phases.h"
#include "cuda/common/scalar_math.h"
#include "cuda/tiled/async_copy.h"
#include "cuda/tiled/matrix_instructions.h"
#include "cuda/tiled/tile_layout.h"
#include "cuda/tiled/tiled_parameters.h"

namespace bitplace::cuda {

// Registers of a thread: accumulators, and a step of 32 bytes of depth in the words of matrix instructions.
template <class Tile, typename NumberOfProduct>
struct ProductRegisters {
  using Number = NumberOfProduct;
  Number c[Tile::kRowBlocks][Tile::kColumnBlocks][2];
  std::uint32_t a[Tile::kRowBlocks][2];
  std::uint32_t b[Tile::kColumnBlocks][2];
};

// Two chunks of depth of a warp's windows.
template <class Tile, class Block>
BITPLACE_DEVICE void load_a(Block& block, const std::uint32_t* windows, int step) {
  BITPLACE_UNROLL
  for (int i = 0; i < Tile::kRowBlocks; i += 2) {
    block.template each_warp<LoadMatrices>([&](const Position& at, auto& r) {
      const int row = Tile::a_load_row(at.warp(), at.lane(), i);
      const int chunk = 2 * step + Tile::a_load_chunk(at.lane());
      return LoadMatrices::Operands{windows + chunk_offset<kStageChunks>(row, chunk),
                                    {&r.a[i][0], &r.a[i + 1][0], &r.a[i][1], &r.a[i + 1][1]}};
    });
  }
}

// Two chunks, from first_chunk on, of a warp's filters, which have kChunks in a stage.
template <class Tile, int kChunks, class Block>
BITPLACE_DEVICE void load_b(Block& block, const std::uint32_t* filters, int first_chunk) {
  BITPLACE_UNROLL
  for (int j = 0; j < Tile::kColumnBlocks; j += 2) {
    block.template each_warp<LoadMatrices>([&](const Position& at, auto& r) {
      const int column = Tile::b_load_column(at.warp(), at.lane(), j);
      const int chunk = first_chunk + Tile::b_load_chunk(at.lane());
      return LoadMatrices::Operands{filters + chunk_offset<kChunks>(column, chunk),
                                    {&r.b[j][0], &r.b[j][1], &r.b[j + 1][0], &r.b[j + 1][1]}};
    });
  }
}

// What the lane gives to an instruction for c[i ...][j] += a[i ...] b[j], from word block w of the step on.
template <class Instruction, class Registers>
BITPLACE_DEVICE typename Instruction::Operands operands(Registers& r, const std::uint32_t (*a)[2],
                                                        const std::uint32_t (*b)[2], int i, int j, int w) {
  typename Instruction::Operands o{};
  BITPLACE_UNROLL
  for (int row = 0; row < Instruction::kRows; ++row) {
    o.c[2 * row] = &r.c[i + row][j][0];
    o.c[2 * row + 1] = &r.c[i + row][j][1];
    BITPLACE_UNROLL
    for (int word = 0; word < Instruction::kWords; ++word)
      o.a[row + Instruction::kRows * word] = a[i + row][w + word];
  }
  BITPLACE_UNROLL
  for (int word = 0; word < Instruction::kWords; ++word)
    o.b[word] = b[j][w + word];
  return o;
}

// All blocks of a warp: one step of 32 bytes.
template <class Tile, class Instruction, class Block>
BITPLACE_DEVICE void multiply_step(Block& block) {
  BITPLACE_UNROLL
  for (int w = 0; w < 2; w += Instruction::kWords) {
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; i += Instruction::kRows) {
      BITPLACE_UNROLL
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        block.template each_warp<Instruction>(
            [&](const Position&, auto& r) { return operands<Instruction>(r, r.a, r.b, i, j, w); });
      }
    }
  }
}

// Matrix instructions on words as they lie in memory.
template <class Instruction>
struct MatrixProduct {
  using Number = typename Instruction::Number;
  static constexpr int kFilterChunks = kStageChunks;
  template <class Tile>
  using Registers = ProductRegisters<Tile, Number>;

  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply(Block& block, const std::uint32_t* windows,
                                       const std::uint32_t* filters) {
    BITPLACE_UNROLL
    for (int step = 0; step < 2; ++step) {
      load_a<Tile>(block, windows, step);
      load_b<Tile, kFilterChunks>(block, filters, 2 * step);
      multiply_step<Tile, Instruction>(block);
    }
  }
};

// Filters of nibbles, widened in registers: a byte's halves, each times 16, are the bytes of both word blocks
// of a step. One chunk holds a step.
template <class Instruction>
struct NibbleProduct {
  using Number = typename Instruction::Number;
  static constexpr int kFilterChunks = kStageChunks / 2;
  static constexpr std::uint32_t kUpperHalves = 0xf0f0f0f0u;
  template <class Tile>
  struct Registers : ProductRegisters<Tile, Number> {
    std::uint32_t nibbles[Tile::kColumnBlocks][2];
  };

  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply(Block& block, const std::uint32_t* windows,
                                       const std::uint32_t* filters) {
    load_b<Tile, kFilterChunks>(block, filters, 0);
    block.each_thread([&](const Position&, auto& r) {
      BITPLACE_UNROLL
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        r.nibbles[j][0] = r.b[j][0];
        r.nibbles[j][1] = r.b[j][1];
      }
    });
    BITPLACE_UNROLL
    for (int step = 0; step < 2; ++step) {
      load_a<Tile>(block, windows, step);
      block.each_thread([&](const Position&, auto& r) {
        BITPLACE_UNROLL
        for (int j = 0; j < Tile::kColumnBlocks; ++j) {
          r.b[j][0] = r.nibbles[j][step] << 4 & kUpperHalves;
          r.b[j][1] = r.nibbles[j][step] & kUpperHalves;
        }
      });
      multiply_step<Tile, Instruction>(block);
    }
  }
};

// Bits as bytes, for chips whose tensor cores know no bits: of every word, bits s, 8 + s, 16 + s and 24 + s
// are one word of bytes, for s from 0 to 7; windows as 0 and 1, filters as 1 and -1.
template <class Instruction>
struct ExpandedBitsProduct {
  using Number = typename Instruction::Number;
  static constexpr int kFilterChunks = kStageChunks;
  static constexpr std::uint32_t kOnes = 0x01010101u;
  template <class Tile>
  struct Registers : ProductRegisters<Tile, Number> {
    std::uint32_t bytes_a[Tile::kRowBlocks][2];
    std::uint32_t bytes_b[Tile::kColumnBlocks][2];
  };

  // 0 becomes 1, 1 becomes -1: 0x01 xor 0xfe.
  static BITPLACE_DEVICE std::uint32_t signs(std::uint32_t bits) { return bits * 0xfeu ^ kOnes; }

  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply(Block& block, const std::uint32_t* windows,
                                       const std::uint32_t* filters) {
    BITPLACE_UNROLL
    for (int step = 0; step < 2; ++step) {
      load_a<Tile>(block, windows, step);
      load_b<Tile, kFilterChunks>(block, filters, 2 * step);
#if defined(__CUDA_ARCH__)
#pragma unroll 2  // few bytes at a time: registers hold all the accumulators
#endif
      for (int shift = 0; shift < 8; ++shift)
        multiply_plane<Tile>(block, shift);
    }
  }

 private:
  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply_plane(Block& block, int shift) {
    block.each_thread([&](const Position&, auto& r) {
      BITPLACE_UNROLL
      for (int w = 0; w < 2; ++w) {
        BITPLACE_UNROLL
        for (int i = 0; i < Tile::kRowBlocks; ++i)
          r.bytes_a[i][w] = r.a[i][w] >> shift & kOnes;
        BITPLACE_UNROLL
        for (int j = 0; j < Tile::kColumnBlocks; ++j)
          r.bytes_b[j][w] = signs(r.b[j][w] >> shift & kOnes);
      }
    });
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; i += Instruction::kRows) {
      BITPLACE_UNROLL
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        block.template each_warp<Instruction>([&](const Position&, auto& r) {
          return operands<Instruction>(r, r.bytes_a, r.bytes_b, i, j, 0);
        });
      }
    }
  }
};

// Matrix instructions that count bits set on both sides. What they leave out is the number of bits set in the
// window, which one more column of filters, all ones, counts.
template <class Instruction>
struct CommonBitsProduct {
  using Number = typename Instruction::Number;
  static constexpr int kFilterChunks = kStageChunks;
  template <class Tile>
  struct Registers : ProductRegisters<Tile, Number> {
    Number set[Tile::kRowBlocks][2];  // both hold the row's count
  };

  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply(Block& block, const std::uint32_t* windows,
                                       const std::uint32_t* filters) {
    BITPLACE_UNROLL
    for (int step = 0; step < 2; ++step) {
      load_a<Tile>(block, windows, step);
      load_b<Tile, kFilterChunks>(block, filters, 2 * step);
      multiply_step<Tile, Instruction>(block);
      count_step<Tile>(block);
    }
  }

 private:
  static_assert(Instruction::kRows == 2 && Instruction::kWords == 2);

  template <class Tile, class Block>
  static BITPLACE_DEVICE void count_step(Block& block) {
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; i += 2) {
      block.template each_warp<Instruction>([&](const Position&, auto& r) {
        return
            typename Instruction::Operands{{&r.set[i][0], &r.set[i][1], &r.set[i + 1][0], &r.set[i + 1][1]},
                                           {r.a[i][0], r.a[i + 1][0], r.a[i][1], r.a[i + 1][1]},
                                           {~0u, ~0u}};
      });
    }
  }
};

// Each thread by itself: 16 bytes of depth of its rows and columns at a time.
template <class Word>
struct ThreadProduct {
  using Number = typename Word::Number;
  static constexpr int kFilterChunks = kStageChunks;
  template <class Tile>
  struct Registers {
    Number c[Tile::kRowBlocks][Tile::kColumnBlocks][2];
  };

  template <class Tile, class Block>
  static BITPLACE_DEVICE void multiply(Block& block, const std::uint32_t* windows,
                                       const std::uint32_t* filters) {
    block.each_thread([&](const Position& at, auto& r) {
#if defined(__CUDA_ARCH__)
#pragma unroll 1  // one chunk of a tile is all that registers hold
#endif
      for (int chunk = 0; chunk < kStageChunks; ++chunk)
        multiply_chunk<Tile>(at, r, windows, filters, chunk);
    });
  }

 private:
  static BITPLACE_DEVICE Quad quad(const std::uint32_t* words, int row, int chunk) {
    return *reinterpret_cast<const Quad*>(words + chunk_offset<kStageChunks>(row, chunk));
  }

  template <class Tile, class R>
  static BITPLACE_DEVICE void multiply_chunk(const Position& at, R& r, const std::uint32_t* windows,
                                             const std::uint32_t* filters, int chunk) {
    Quad b[Tile::kColumnBlocks][2];
    BITPLACE_UNROLL
    for (int j = 0; j < Tile::kColumnBlocks; ++j) {
      const int column = Tile::accumulator_column(at.warp(), at.lane(), j);
      b[j][0] = quad(filters, column, chunk);
      b[j][1] = quad(filters, column + 1, chunk);
    }
    BITPLACE_UNROLL
    for (int i = 0; i < Tile::kRowBlocks; ++i) {
      const Quad a = quad(windows, Tile::accumulator_row(at.warp(), at.lane(), i), chunk);
      BITPLACE_UNROLL
      for (int w = 0; w < kChunkWords; ++w) {
        BITPLACE_UNROLL
        for (int j = 0; j < Tile::kColumnBlocks; ++j) {
          r.c[i][j][0] = Word::add(r.c[i][j][0], a.at[w], b[j][0].at[w]);
          r.c[i][j][1] = Word::add(r.c[i][j][1], a.at[w], b[j][1].at[w]);
        }
      }
    }
  }
};

struct DifferentBits {
  using Number = std::int32_t;
  static BITPLACE_DEVICE Number add(Number c, std::uint32_t a, std::uint32_t b) {
    return c + population_count(a ^ b);
  }
};

// Rounded twice, as the CPU's ordered sums are.
struct RoundedFloats {
  using Number = float;
  static BITPLACE_DEVICE Number add(Number c, std::uint32_t a, std::uint32_t b) {
    return c + float_of(a) * float_of(b);
  }
};

struct FusedSingles {
  using Number = float;
  static BITPLACE_DEVICE Number add(Number c, std::uint32_t a, std::uint32_t b) {
#if defined(__CUDA_ARCH__)
    return __fmaf_rn(float_of(a), float_of(b), c);
#else
    return __builtin_fmaf(float_of(a), float_of(b), c);
#endif
  }
};

}  // namespace bitplace::cuda
