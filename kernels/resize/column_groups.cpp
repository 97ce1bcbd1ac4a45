#include "kernels/resize/column_groups.h"

#include <algorithm>
#include <cstring>

namespace bitplace {
namespace {

constexpr std::uint8_t kNoByte = 0x80;
constexpr int kMostGatheredPixels = kWindowBytes / kResizeChannels;
constexpr int kFewestGatheredPixels = 2;

std::size_t padded(std::int32_t groups) {
  return static_cast<std::size_t>((groups + kGroupMultiple - 1) / kGroupMultiple * kGroupMultiple);
}

std::int32_t groups_of(std::int32_t width, std::int32_t group_pixels) {
  return (width + group_pixels - 1) / group_pixels;
}

// The arrays behind columns->groups, to write to.
struct Writer {
  std::uint32_t* first;
  std::uint32_t* second;
  std::uint8_t* first_mask;
  std::uint8_t* second_mask;
  std::uint8_t* high;
  std::uint8_t* low;

  Writer(void* memory, std::size_t count) {
    auto* bytes = static_cast<std::uint8_t*>(memory);
    first_mask = bytes;
    second_mask = first_mask + count * kWindowBytes;
    high = second_mask + count * kWindowBytes;
    low = high + count * kWindowBytes;
    first = reinterpret_cast<std::uint32_t*>(low + count * kWindowBytes);
    second = first + count;
    std::memset(first_mask, kNoByte, 2 * count * kWindowBytes);
    std::memset(high, 0, 2 * count * kWindowBytes);
  }

  ColumnGroups groups(std::size_t count, std::int32_t group_pixels, bool split) const {
    return {static_cast<std::int32_t>(count),
            group_pixels,
            split,
            first,
            second,
            first_mask,
            second_mask,
            high,
            low};
  }
};

// The windows of one group: pixels before `boundary` lie in the first.
struct Windows {
  std::uint32_t first;
  std::uint32_t second;
  std::int32_t boundary;
};

// What one output pixel reads: its bytes [begin, end) of the row.
struct Extent {
  std::uint32_t begin;
  std::uint32_t end;
};

class Grouping {
 public:
  Grouping(const ResizeColumns& columns, std::uint32_t row_bytes, std::uint32_t pixel_bytes, bool blended)
      : columns_(columns), row_bytes_(row_bytes), pixel_bytes_(pixel_bytes), blended_(blended) {}

  // The windows of pixels [begin, end), whose offsets rise; false where two do not reach.
  bool windows(std::int32_t begin, std::int32_t end, Windows* out) const {
    const std::uint32_t start = extent(begin).begin;
    std::int32_t x = begin;
    while (x < end && extent(x).end <= start + kWindowBytes)
      ++x;
    *out = {inside(start), inside(x < end ? extent(x).begin : start), x};
    return x == end || extent(end - 1).end <= extent(x).begin + kWindowBytes;
  }

  // Whether all groups of so many pixels have their windows, and whether one would do.
  bool fits(std::int32_t group_pixels, bool* split) const {
    *split = false;
    for (std::int32_t begin = 0; begin < columns_.width; begin += group_pixels) {
      const std::int32_t end = std::min(begin + group_pixels, columns_.width);
      Windows windows_of_group{};
      if (!windows(begin, end, &windows_of_group)) return false;
      *split = *split || windows_of_group.boundary != end;
    }
    return true;
  }

 private:
  Extent extent(std::int32_t x) const {
    const ColumnTap& tap = columns_.taps[x];
    return {tap.left, (blended_ ? tap.right : tap.left) + pixel_bytes_};
  }
  std::uint32_t inside(std::uint32_t offset) const {
    return std::min(offset, row_bytes_ - static_cast<std::uint32_t>(kWindowBytes));
  }

  const ResizeColumns& columns_;
  std::uint32_t row_bytes_;
  std::uint32_t pixel_bytes_;
  bool blended_;
};

// The most pixels for a window: reading one costs about as much as a store.
std::int32_t choose_group_pixels(const Grouping& grouping, bool* split) {
  std::int32_t best = kFewestGatheredPixels;
  grouping.fits(best, split);
  for (std::int32_t pixels = best + 1; pixels <= kMostGatheredPixels; ++pixels) {
    bool pixels_split = false;
    if (!grouping.fits(pixels, &pixels_split)) break;
    if (best * (pixels_split ? 2 : 1) < pixels * (*split ? 2 : 1)) {
      best = pixels;
      *split = pixels_split;
    }
  }
  return best;
}

// Behind the last group stand others that read what it reads and count for nothing.
void repeat_last_window(const Writer& writer, std::size_t groups, std::size_t count) {
  for (std::size_t g = groups; g < count; ++g) {
    writer.first[g] = writer.first[groups - 1];
    writer.second[g] = writer.second[groups - 1];
  }
}

// Weights as 16 * high + low with high <= 127, so that both are signed bytes.
void write_weight(std::uint32_t weight, std::uint8_t* high, std::uint8_t* low) {
  const std::uint32_t sixteenths = std::min(weight / 16, 127u);
  *high = static_cast<std::uint8_t>(sixteenths);
  *low = static_cast<std::uint8_t>(weight - 16 * sixteenths);
}

void write_blended_pixel(const ResizeColumns& columns, std::int32_t x, std::uint32_t window,
                         std::uint8_t* mask, std::uint8_t* high, std::uint8_t* low) {
  const ColumnTap& tap = columns.taps[x];
  for (const std::uint8_t channel : columns.channels) {
    mask[0] = static_cast<std::uint8_t>(tap.left - window + channel);
    mask[1] = static_cast<std::uint8_t>(tap.right - window + channel);
    write_weight(tap.left_weight, high, low);
    write_weight(tap.right_weight, high + 1, low + 1);
    mask += 2, high += 2, low += 2;
  }
}

}  // namespace

std::size_t column_group_bytes(std::int32_t width) {
  constexpr std::size_t kGroupBytes = 4 * kWindowBytes + 2 * sizeof(std::uint32_t);
  return padded(groups_of(width, std::min(kBlendPixels, kFewestGatheredPixels))) * kGroupBytes;
}

void group_blended_columns(std::uint32_t row_bytes, std::uint32_t pixel_bytes, void* memory,
                           ResizeColumns* columns) {
  const auto groups = static_cast<std::size_t>(groups_of(columns->width, kBlendPixels));
  const std::size_t count = padded(static_cast<std::int32_t>(groups));
  const Grouping grouping(*columns, row_bytes, pixel_bytes, true);
  const Writer writer(memory, count);
  bool split = false;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::int32_t begin = static_cast<std::int32_t>(g) * kBlendPixels;
    const std::int32_t end = std::min(begin + kBlendPixels, columns->width);
    Windows windows{};
    grouping.windows(begin, end, &windows);  // one for each pixel always reach
    writer.first[g] = windows.first;
    writer.second[g] = windows.second;
    split = split || windows.boundary != end;
    for (std::int32_t x = begin; x < end; ++x) {
      const bool in_first = x < windows.boundary;
      const std::size_t at = g * kWindowBytes + static_cast<std::size_t>(x - begin) * 2 * kResizeChannels;
      write_blended_pixel(*columns, x, in_first ? windows.first : windows.second,
                          (in_first ? writer.first_mask : writer.second_mask) + at, writer.high + at,
                          writer.low + at);
    }
  }
  repeat_last_window(writer, groups, count);
  columns->groups = writer.groups(count, kBlendPixels, split);
}

void group_gathered_columns(std::uint32_t row_bytes, std::uint32_t pixel_bytes, void* memory,
                            ResizeColumns* columns) {
  const Grouping grouping(*columns, row_bytes, pixel_bytes, false);
  bool split = false;
  const std::int32_t group_pixels = choose_group_pixels(grouping, &split);
  const auto groups = static_cast<std::size_t>(groups_of(columns->width, group_pixels));
  const std::size_t count = padded(static_cast<std::int32_t>(groups));
  const Writer writer(memory, count);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::int32_t begin = static_cast<std::int32_t>(g) * group_pixels;
    const std::int32_t end = std::min(begin + group_pixels, columns->width);
    Windows windows{};
    grouping.windows(begin, end, &windows);
    writer.first[g] = windows.first;
    writer.second[g] = windows.second;
    std::size_t at = g * kWindowBytes;
    for (std::int32_t x = begin; x < end; ++x) {
      const bool in_first = x < windows.boundary;
      const std::uint32_t offset = columns->taps[x].left - (in_first ? windows.first : windows.second);
      for (const std::uint8_t channel : columns->channels)
        (in_first ? writer.first_mask : writer.second_mask)[at++] =
            static_cast<std::uint8_t>(offset + channel);
    }
  }
  repeat_last_window(writer, groups, count);
  columns->groups = writer.groups(count, group_pixels, split);
}

}  // namespace bitplace
