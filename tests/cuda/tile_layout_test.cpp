// Shared memory of tiled convolutions: what lanes touch at once lies in different banks, nothing lies on
// anything else, and every accumulator has one owner.

#include "cuda/tiled/tile_layout.h"

#include <catch2/catch.hpp>
#include <set>

#include "cuda/tiled/tiled_kernels.h"

using namespace bitplace::cuda;

namespace {

// Lanes [first, first + count) of a warp touch `words` words each, in 32 banks: whether different words of a
// bank are never wanted at once. offset_of gives the first word.
template <class Offset>
bool without_conflicts(int first, int count, int words, const Offset& offset_of) {
  std::set<int> wanted[32];
  for (int lane = first; lane < first + count; ++lane) {
    for (int w = 0; w < words; ++w) {
      const int word = offset_of(lane) + w;
      wanted[word % 32].insert(word);
    }
  }
  for (const std::set<int>& bank : wanted) {
    if (bank.size() > 1) return false;
  }
  return true;
}

// The hardware serves 128 bytes at a time: 8 lanes of 16 bytes, 16 of 8, 32 of 4.
template <class Offset>
bool warp_without_conflicts(int words, const Offset& offset_of) {
  for (int first = 0; first < kWarpSize; first += 32 / words) {
    if (!without_conflicts(first, 32 / words, words, offset_of)) return false;
  }
  return true;
}

template <int kChunks>
void check_that_chunks_do_not_overlap(int rows) {
  std::set<int> offsets;
  for (int row = 0; row < rows; ++row) {
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      const int offset = chunk_offset<kChunks>(row, chunk);
      CHECK(offset % kChunkWords == 0);
      CHECK(offset < rows * kChunks * kChunkWords);
      offsets.insert(offset);
    }
  }
  CHECK(offsets.size() == static_cast<std::size_t>(rows * kChunks));
}

template <class Tile>
void check_matrix_loads() {
  for (int warp = 0; warp < Tile::kWarps; ++warp) {
    for (int i = 0; i < Tile::kRowBlocks; i += 2) {
      for (const int step : {0, 1}) {
        CHECK(warp_without_conflicts(4, [&](int lane) {
          return chunk_offset<4>(Tile::a_load_row(warp, lane, i), 2 * step + Tile::a_load_chunk(lane));
        }));
      }
    }
    for (int j = 0; j < Tile::kColumnBlocks; j += 2) {
      CHECK(warp_without_conflicts(4, [&](int lane) {
        return chunk_offset<4>(Tile::b_load_column(warp, lane, j), 2 + Tile::b_load_chunk(lane));
      }));
      CHECK(warp_without_conflicts(4, [&](int lane) {
        return chunk_offset<2>(Tile::b_load_column(warp, lane, j), Tile::b_load_chunk(lane));
      }));
    }
  }
}

template <class Tile>
void check_thread_loads() {
  for (int warp = 0; warp < Tile::kWarps; ++warp) {
    for (int chunk = 0; chunk < 4; ++chunk) {
      for (int i = 0; i < Tile::kRowBlocks; ++i) {
        CHECK(warp_without_conflicts(
            4, [&](int lane) { return chunk_offset<4>(Tile::accumulator_row(warp, lane, i), chunk); }));
      }
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        CHECK(warp_without_conflicts(4, [&](int lane) {
          return chunk_offset<4>(Tile::accumulator_column(warp, lane, j) + 1, chunk);
        }));
      }
    }
  }
}

// Copies go chunk by chunk, 4 threads to a row, or word by word, 16 threads to a row.
void check_stores_of_copies() {
  CHECK(warp_without_conflicts(4, [](int lane) { return chunk_offset<4>(lane / 4, lane % 4); }));
  CHECK(warp_without_conflicts(4, [](int lane) { return chunk_offset<2>(lane / 2, lane % 2); }));
  CHECK(warp_without_conflicts(
      1, [](int lane) { return chunk_offset<4>(lane / 16, lane % 16 / 4) + lane % 4; }));
}

template <class Tile>
void check_accumulators() {
  std::set<std::pair<int, int>> owned;
  for (int warp = 0; warp < Tile::kWarps; ++warp) {
    for (int i = 0; i < Tile::kRowBlocks; ++i) {
      for (int j = 0; j < Tile::kColumnBlocks; ++j) {
        const auto offset = [&](int lane) {
          return Tile::staged_offset(Tile::accumulator_row(warp, lane, i),
                                     Tile::accumulator_column(warp, lane, j));
        };
        CHECK(warp_without_conflicts(2, offset));
        for (int lane = 0; lane < kWarpSize; ++lane) {
          for (const int k : {0, 1}) {
            owned.emplace(Tile::accumulator_row(warp, lane, i), Tile::accumulator_column(warp, lane, j) + k);
          }
        }
      }
    }
  }
  CHECK(owned.size() == static_cast<std::size_t>(Tile::kRows * Tile::kColumns));
  CHECK(owned.rbegin()->first == Tile::kRows - 1);
  // Reads of the epilogues: four columns of a pixel, and words of bits, each lane another channel.
  const auto four = [](int lane) {
    return Tile::staged_offset(lane / (Tile::kColumns / 4), lane % (Tile::kColumns / 4) * 4);
  };
  CHECK(warp_without_conflicts(4, four));
}

template <class Tile>
void check_tile() {
  check_that_chunks_do_not_overlap<4>(Tile::kRows);
  check_that_chunks_do_not_overlap<2>(Tile::kColumns);
  check_matrix_loads<Tile>();
  check_thread_loads<Tile>();
  check_accumulators<Tile>();
}

}  // namespace

TEST_CASE("tiles of convolutions lie in shared memory without conflicts of banks") {
  check_stores_of_copies();
  check_tile<LargeTile>();
  check_tile<MediumTile>();
  check_tile<SmallTile>();
  // The check sees a conflict where there is one.
  CHECK_FALSE(warp_without_conflicts(4, [](int lane) { return lane * kStageWords; }));
}
