#include "image/filter_columns.h"

#include <algorithm>
#include <cstring>

#include "image/filter_axis.h"
#include "image/preprocess.h"

namespace bitplace {
namespace {

constexpr int kUsualShrinking = 32;
constexpr std::uint8_t kNoByte = 0x80;

int groups_of(int width) {
  return (width + kFilterGroup - 1) / kFilterGroup;
}

int blocks_of(int taps) {
  return (taps + kBlockTaps - 1) / kBlockTaps;
}

std::size_t group_bytes(int width) {
  const std::size_t bytes = static_cast<std::size_t>(groups_of(width)) * sizeof(FilterGroup);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t most_blocks(const Preprocessing& rules) {
  const int width = rules.width;
  const auto blocks = [&](int source) {
    return static_cast<std::size_t>(blocks_of(FilterAxis::most_taps(rules.resize, source, width)));
  };
  const int usual = width > kMaxImageSide / kUsualShrinking ? kMaxImageSide : width * kUsualShrinking;
  return kFilterGroup *
         std::max(static_cast<std::size_t>(groups_of(width)) * blocks(usual), blocks(kMaxImageSide));
}

// Of an image's rows, in the units of the places below.
struct RowExtent {
  int pixels;
  int pixel_bytes;
  int lead() const { return kFilterWindow - kBlockTaps * pixel_bytes; }
};

using Windows = FilterWindow[kFilterGroup];

struct Placement {
  int start[kFilterGroup];  // the pixel of an output pixel's first tap
  bool at_end;
};

// Taps reach from their window's first pixel, or where the row ends too soon from one before it.
bool place_at(const RowExtent& row, const Windows& windows, int blocks, bool at_end, Placement* out) {
  const int spare_bytes = at_end ? 0 : row.lead();
  const int end = (row.pixels * row.pixel_bytes - spare_bytes) / row.pixel_bytes;
  out->at_end = at_end;
  for (int p = 0; p < kFilterGroup; ++p) {
    const FilterWindow& window = windows[p];
    const int start = std::min(window.first, end - blocks * kBlockTaps);
    if (start < 0 || (at_end && start * row.pixel_bytes < row.lead())) return false;
    if (window.first + window.count > start + blocks * kBlockTaps) return false;
    out->start[p] = start;
  }
  return true;
}

Placement place_anywhere(const Windows& windows) {
  Placement placement{{}, false};
  for (int p = 0; p < kFilterGroup; ++p)
    placement.start[p] = windows[p].first;
  return placement;
}

bool place(const RowExtent& row, const Windows& windows, int blocks, bool reads_windows, Placement* out) {
  if (reads_windows) {
    return place_at(row, windows, blocks, false, out) || place_at(row, windows, blocks, true, out);
  }
  *out = place_anywhere(windows);
  return true;
}

// Weights of one output pixel into every fourth block.
void write_taps(const FilterAxis& axis, const FilterWindow& window, int shift, bool splits, TapBlock* taps) {
  for (int tap = 0; tap < window.count; ++tap) {
    const int at = tap + shift;
    TapBlock& block = taps[at / kBlockTaps * kFilterGroup];
    const std::int32_t weight = axis.weight(window, tap);
    block.high[at % kBlockTaps] = static_cast<std::int16_t>(splits ? weight >> kFilterLowBits : weight);
    if (splits) block.low[at % kBlockTaps] = static_cast<std::int16_t>(weight & ((1 << kFilterLowBits) - 1));
  }
}

void fill_masks(const RowExtent& row, FilterColumns* columns) {
  std::memset(columns->masks, kNoByte, sizeof(columns->masks));
  for (int at_end = 0; at_end < 2; ++at_end) {
    const int lead = at_end != 0 ? row.lead() : 0;
    for (int pixel = 0; pixel < kBlockTaps; ++pixel) {
      for (int c = 0; c < kFilterChannels; ++c) {
        const int byte = lead + pixel * row.pixel_bytes + columns->channels[c];
        columns->masks[at_end][pixel / 2][4 * c + 2 * (pixel % 2)] = static_cast<std::uint8_t>(byte);
      }
    }
  }
}

}  // namespace

std::size_t filter_columns_bytes(const Preprocessing& rules) {
  return group_bytes(rules.width) + most_blocks(rules) * sizeof(TapBlock);
}

std::size_t filtered_row_elements(int width) {
  const auto elements = static_cast<std::size_t>(groups_of(width) * kFilterGroup * kFilterChannels);
  return (elements + kAlignment - 1) / kAlignment * kAlignment + kFilteredRowSlack;
}

// Whatever 32 bits leave: a sum of shorts has bits of the weights, of the fraction and ten more.
int filtered_fraction_bits(const Preprocessing& rules, int source_height) {
  constexpr int kMostFraction = 6;
  constexpr int kSharedBits = 21;
  const FilterAxis rows(rules.resize, source_height, rules.height);
  return std::min(kMostFraction, kSharedBits - rows.bits());
}

bool arrange_filter_columns(const Preprocessing& rules, const ImageView& image, int begin, bool windows,
                            const std::uint8_t* channels, std::byte* memory, ColumnBlock* block) {
  const RowExtent row{image.width, bytes_per_pixel(image.format)};
  const FilterAxis axis(rules.resize, image.width, rules.width);
  auto* groups = reinterpret_cast<FilterGroup*>(memory);
  auto* taps = reinterpret_cast<TapBlock*>(memory + group_bytes(rules.width));
  std::size_t left = most_blocks(rules);
  FilterColumns& columns = block->columns;
  columns = {};
  columns.pixel_bytes = row.pixel_bytes;
  std::copy_n(channels, kFilterChannels, columns.channels);
  columns.shift = axis.bits() - filtered_fraction_bits(rules, image.height);
  columns.group = groups;
  columns.taps = taps;
  fill_masks(row, &columns);
  block->begin = block->end = begin;
  while (block->end < rules.width) {
    Windows of_group;
    int blocks = 0;
    for (int p = 0; p < kFilterGroup; ++p) {
      of_group[p] = axis.window(std::min(block->end + p, rules.width - 1));
      blocks = std::max(blocks, blocks_of(of_group[p].count));
    }
    const auto group_blocks = static_cast<std::size_t>(blocks * kFilterGroup);
    if (group_blocks > left) break;
    Placement placement{};
    if (!place(row, of_group, blocks, windows, &placement)) return false;
    FilterGroup& group = groups[columns.groups++];
    group.blocks = static_cast<std::uint32_t>(blocks);
    group.at_end = placement.at_end ? 1 : 0;
    std::memset(taps, 0, group_blocks * sizeof(TapBlock));
    for (int p = 0; p < kFilterGroup; ++p) {
      const int at = placement.start[p] * row.pixel_bytes - (placement.at_end ? row.lead() : 0);
      group.first[p] = static_cast<std::uint32_t>(at);
      write_taps(axis, of_group[p], of_group[p].first - placement.start[p], rounds_twice(rules.resize),
                 taps + p);
    }
    taps += group_blocks;
    left -= group_blocks;
    block->end = std::min(block->end + kFilterGroup, rules.width);
  }
  return true;
}

}  // namespace bitplace
