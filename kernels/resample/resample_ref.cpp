// The definition of resampling: one channel of one pixel at a time, sums in 64 bits.

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

std::uint8_t clamped(std::int64_t value) {
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

std::int64_t rounded(std::int64_t sum, std::int32_t shift) {
  return (sum + (std::int64_t{1} << (shift - 1))) >> shift;
}

std::int32_t whole_weight(std::int32_t high, std::int32_t low) {
  return high * (1 << kFilterLowBits) + low;
}

// What one output pixel sums, for one channel of one row.
struct Pixel {
  const TapBlock* taps;  // a group's pixels take turns
  std::uint32_t blocks;
  const std::uint8_t* bytes;  // of its first tap
  std::int32_t pixel_bytes;
};

template <bool kLow>
std::int64_t sum_of(const Pixel& pixel, std::uint8_t channel) {
  std::int64_t sum = 0;
  for (std::uint32_t b = 0; b < pixel.blocks; ++b) {
    const TapBlock& block = pixel.taps[b * kFilterGroup];
    for (std::int32_t t = 0; t < kBlockTaps; ++t) {
      const std::int32_t weight = kLow ? whole_weight(block.high[t], block.low[t]) : block.high[t];
      if (weight == 0) continue;
      const auto tap = static_cast<std::int64_t>(b) * kBlockTaps + t;
      sum += std::int64_t{weight} * pixel.bytes[tap * pixel.pixel_bytes + channel];
    }
  }
  return sum;
}

template <bool kLow, typename Store>
void filter_columns(const FilterColumns& columns, const std::uint8_t* row, Store store) {
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    const std::int32_t lead = group.at_end != 0 ? kFilterWindow - kBlockTaps * columns.pixel_bytes : 0;
    for (std::int32_t p = 0; p < kFilterGroup; ++p) {
      const Pixel pixel{taps + p, group.blocks, row + group.first[p] + lead, columns.pixel_bytes};
      for (std::int32_t c = 0; c < kFilterChannels; ++c)
        store((g * kFilterGroup + p) * kFilterChannels + c, sum_of<kLow>(pixel, columns.channels[c]));
    }
    taps += group.blocks * kFilterGroup;
  }
}

void columns_to_bytes(const FilterColumns& columns, const std::uint8_t* const* rows,
                      std::uint8_t* const* out) {
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    filter_columns<true>(columns, rows[r], [to = out[r]](std::int32_t i, std::int64_t sum) {
      to[i] = clamped(rounded(sum, kFilterBits));
    });
  }
}

void columns_to_shorts(const FilterColumns& columns, const std::uint8_t* const* rows,
                       std::int16_t* const* out) {
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    filter_columns<false>(columns, rows[r],
                          [to = out[r], shift = columns.shift](std::int32_t i, std::int64_t sum) {
                            to[i] = static_cast<std::int16_t>(rounded(sum, shift));
                          });
  }
}

void rows_of_bytes(const std::uint8_t* const* rows, const TapPair* taps, std::int32_t pairs,
                   std::int64_t count, std::uint8_t* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    for (std::int32_t t = 0; t < 2 * pairs; ++t) {
      const TapPair& pair = taps[t / 2];
      sum += std::int64_t{whole_weight(pair.high[t % 2], pair.low[t % 2])} * rows[t][i];
    }
    out[i] = clamped(rounded(sum, kFilterBits));
  }
}

void rows_of_shorts(const std::int16_t* const* rows, const TapPair* taps, std::int32_t pairs,
                    std::int32_t shift, std::int64_t count, std::uint8_t* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    for (std::int32_t t = 0; t < 2 * pairs; ++t)
      sum += std::int64_t{taps[t / 2].high[t % 2]} * rows[t][i];
    out[i] = clamped(rounded(sum, shift));
  }
}

}  // namespace

extern const ResampleKernel resample__ref = {
    "resample__ref", 0, false, columns_to_bytes, columns_to_shorts, rows_of_bytes, rows_of_shorts};

}  // namespace bitplace
