// Every row of resample against the reference, bit for bit: weights of all sizes and signs, groups of any
// number of blocks at either end of a row, source rows in memory of which no byte beyond may be read.

#include "kernels/resample/resample.h"

#include <algorithm>
#include <deque>

#include "kernels/kernel_rows.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr std::uint8_t kNoByte = 0x80;

std::vector<std::uint8_t> random_bytes(std::size_t count, Random& random) {
  const bool extreme = random.integer(0, 2) == 0;
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>(extreme ? 255 * random.integer(0, 1) : random.integer(0, 255));
  return bytes;
}

// A weight of at most `most` in magnitude, split.
void set_random_weight(std::int32_t most, Random& random, std::int16_t* high, std::int16_t* low) {
  const auto weight = static_cast<std::int32_t>(random.integer(-most / 4, most));
  *high = static_cast<std::int16_t>(weight >> kFilterLowBits);
  *low = static_cast<std::int16_t>(weight & ((1 << kFilterLowBits) - 1));
}

// Weights of an output pixel whose sums of bytes stay within 32 bits, as bytes want them.
constexpr std::int32_t kMostWeights = 7 << 20;

struct Columns {
  std::vector<FilterGroup> groups;
  std::vector<TapBlock> taps;
  FilterColumns columns{};
  std::int64_t row_bytes;

  Columns(std::int32_t pixel_bytes, bool whole_weights, Random& random)
      : row_bytes(random.integer(300, 600)) {
    columns.pixel_bytes = pixel_bytes;
    columns.shift = static_cast<std::int32_t>(random.integer(10, 15));
    for (std::uint8_t& channel : columns.channels)
      channel = static_cast<std::uint8_t>(random.integer(0, pixel_bytes - 1));
    columns.groups = static_cast<std::int32_t>(random.integer(1, 9));
    for (std::int32_t g = 0; g < columns.groups; ++g)
      add_group(whole_weights, random);
    columns.group = groups.data();
    columns.taps = taps.data();
    fill_masks();
  }

 private:
  int lead() const { return kFilterWindow - kBlockTaps * columns.pixel_bytes; }

  void add_group(bool whole_weights, Random& random) {
    FilterGroup group{};
    group.blocks = static_cast<std::uint32_t>(random.integer(1, 5));
    group.at_end = static_cast<std::uint32_t>(random.integer(0, 1));
    const std::int64_t last =
        row_bytes - kFilterWindow - std::int64_t{group.blocks - 1} * kBlockTaps * columns.pixel_bytes;
    for (std::uint32_t& first : group.first)
      first = static_cast<std::uint32_t>(random.integer(0, 2) == 0 ? last : random.integer(0, last));
    groups.push_back(group);
    const std::int32_t most = kMostWeights / static_cast<std::int32_t>(group.blocks * kBlockTaps);
    for (std::uint32_t b = 0; b < group.blocks * kFilterGroup; ++b) {
      TapBlock block{};
      for (std::int32_t t = 0; t < kBlockTaps; ++t) {
        set_random_weight(most, random, &block.high[t], &block.low[t]);
        if (!whole_weights) block.high[t] = static_cast<std::int16_t>(random.integer(-2000, 6000));
      }
      taps.push_back(block);
    }
  }

  void fill_masks() {
    std::memset(columns.masks, kNoByte, sizeof(columns.masks));
    for (std::int32_t end = 0; end < 2; ++end) {
      for (std::int32_t pixel = 0; pixel < kBlockTaps; ++pixel) {
        for (std::int32_t c = 0; c < kFilterChannels; ++c) {
          const std::int32_t byte = end * lead() + pixel * columns.pixel_bytes + columns.channels[c];
          columns.masks[end][pixel / 2][4 * c + 2 * (pixel % 2)] = static_cast<std::uint8_t>(byte);
        }
      }
    }
  }
};

template <typename T>
using FilterColumnsFunction = void (*)(const FilterColumns&, const std::uint8_t* const*, T* const*);

// The results of four rows, of which the second and fourth may be the same.
template <typename T>
std::vector<T> filtered(FilterColumnsFunction<T> function, const Columns& columns,
                        const std::vector<std::vector<std::uint8_t>>& sources, Placement placement) {
  const auto elements = static_cast<std::size_t>(columns.columns.groups * kFilterGroup * kFilterChannels);
  std::vector<T> all;
  std::deque<GuardedInput<std::uint8_t>> guarded;
  for (const auto& source : sources)
    guarded.emplace_back(source, 0, placement);
  std::vector<std::vector<T>> results(sources.size(), std::vector<T>(elements + kFilteredRowSlack));
  const std::uint8_t* rows[kFilterRows];
  T* out[kFilterRows];
  for (std::size_t r = 0; r < kFilterRows; ++r) {
    rows[r] = guarded[r % sources.size()].data();
    out[r] = results[r % sources.size()].data();
  }
  function(columns.columns, rows, out);
  for (const std::vector<T>& result : results)
    all.insert(all.end(), result.begin(), result.begin() + static_cast<std::ptrdiff_t>(elements));
  return all;
}

template <typename T>
void check_columns(FilterColumnsFunction<T> ResampleKernel::*function, bool whole_weights) {
  const ResampleKernel& reference = reference_row(resample_kernels());
  const auto rows = runnable_rows(resample_kernels());
  Random random;
  for (int round = 0; round < 300; ++round) {
    const std::int32_t pixel_bytes[] = {1, 3, 4};
    const Columns columns(pixel_bytes[random.integer(0, 2)], whole_weights, random);
    std::vector<std::vector<std::uint8_t>> sources(static_cast<std::size_t>(random.integer(1, kFilterRows)));
    for (auto& source : sources)
      source = random_bytes(static_cast<std::size_t>(columns.row_bytes), random);
    const auto expected = filtered<T>(reference.*function, columns, sources, Placement::against_end);
    for (const ResampleKernel* row : rows) {
      INFO(row->name);
      for (const Placement placement : kPlacements)
        REQUIRE(filtered<T>(row->*function, columns, sources, placement) == expected);
    }
  }
}

// Rows with the room behind them that filtered rows have.
template <typename T>
std::vector<std::vector<T>> random_rows(std::int32_t pairs, std::int64_t count, T low, T high,
                                        Random& random) {
  std::vector<std::vector<T>> rows(static_cast<std::size_t>(2 * pairs));
  for (auto& row : rows) {
    row.resize(static_cast<std::size_t>(count) + kFilteredRowSlack);
    for (T& value : row)
      value = static_cast<T>(random.integer(0, 3) == 0 ? high : random.integer(low, high));
  }
  return rows;
}

// `call` writes a row of `count` bytes with a kernel.
template <typename Call>
void check_rows(std::int64_t count, Call call) {
  std::vector<std::uint8_t> expected(static_cast<std::size_t>(count));
  call(reference_row(resample_kernels()), expected.data());
  for (const ResampleKernel* row : runnable_rows(resample_kernels())) {
    INFO(row->name << " " << count);
    for (const Placement placement : kPlacements) {
      GuardedOutput<std::uint8_t> out(static_cast<std::size_t>(count), 0, placement);
      call(*row, out.data());
      REQUIRE(out.holds(expected));
      REQUIRE(out.intact());
    }
  }
}

template <typename T>
std::vector<const T*> pointers(const std::vector<std::vector<T>>& rows) {
  std::vector<const T*> all;
  for (const auto& row : rows)
    all.push_back(row.data());
  return all;
}

std::vector<TapPair> random_pairs(std::int32_t pairs, Random& random) {
  std::vector<TapPair> taps(static_cast<std::size_t>(pairs));
  for (TapPair& pair : taps) {
    for (int t = 0; t < 2; ++t)
      set_random_weight(kMostWeights / (2 * pairs), random, &pair.high[t], &pair.low[t]);
  }
  return taps;
}

}  // namespace

TEST_CASE("columns filtered to bytes equal the reference") {
  check_columns<std::uint8_t>(&ResampleKernel::columns_to_bytes, true);
}

TEST_CASE("columns filtered to shorts equal the reference") {
  check_columns<std::int16_t>(&ResampleKernel::columns_to_shorts, false);
}

TEST_CASE("rows of bytes filtered equal the reference at every length") {
  Random random;
  for (std::int64_t count = 1; count <= 150; ++count) {
    const auto pairs = static_cast<std::int32_t>(random.integer(1, 32));
    const auto rows = random_rows<std::uint8_t>(pairs, count, 0, 255, random);
    const auto taps = random_pairs(pairs, random);
    check_rows(count, [&, from = pointers(rows)](const ResampleKernel& kernel, std::uint8_t* out) {
      kernel.rows_of_bytes(from.data(), taps.data(), pairs, count, out);
    });
  }
}

TEST_CASE("rows of shorts filtered equal the reference at every length") {
  Random random;
  for (std::int64_t count = 1; count <= 150; ++count) {
    const auto pairs = static_cast<std::int32_t>(random.integer(1, 32));
    const auto rows = random_rows<std::int16_t>(pairs, count, -6000, 22000, random);
    auto taps = random_pairs(pairs, random);
    for (TapPair& pair : taps) {
      for (std::int16_t& high : pair.high)
        high = static_cast<std::int16_t>(random.integer(-8000, 32767) / pairs);
    }
    const auto shift = static_cast<std::int32_t>(random.integer(17, 21));
    check_rows(count, [&, from = pointers(rows)](const ResampleKernel& kernel, std::uint8_t* out) {
      kernel.rows_of_shorts(from.data(), taps.data(), pairs, shift, count, out);
    });
  }
}
