#include "cuda/resize/resize_tables.h"

#include <algorithm>
#include <cstring>

#include "image/channel_order.h"
#include "image/filter_axis.h"
#include "image/filter_columns.h"
#include "image/filter_rows.h"
#include "image/normalize.h"
#include "image/resize_taps.h"

namespace bitplace::cuda {
namespace {

constexpr std::size_t kTableAlignment = 16;

bool filters(ResizeMethod method) {
  return method != ResizeMethod::gather && method != ResizeMethod::blend;
}

std::vector<ResizeTap> gather_taps(int source, int target) {
  const Axis axis(source, target);
  std::vector<ResizeTap> taps;
  for (int i = 0; i < target; ++i)
    taps.push_back({axis.nearest(i), 0, 0, 0});
  return taps;
}

std::vector<ResizeTap> blended_columns(int source, int target) {
  const Axis axis(source, target);
  std::vector<ResizeTap> taps;
  for (int i = 0; i < target; ++i) {
    const Tap tap = axis.bilinear_column(i);
    taps.push_back({tap.first, std::min(tap.first + 1, source - 1), tap.first_weight, tap.second_weight});
  }
  return taps;
}

std::vector<ResizeTap> blended_rows(int source, int target) {
  const Axis axis(source, target);
  std::vector<ResizeTap> taps;
  for (int i = 0; i < target; ++i) {
    const Tap tap = axis.bilinear_row(i);
    taps.push_back({std::clamp(tap.first, 0, source - 1), std::clamp(tap.first + 1, 0, source - 1),
                    tap.first_weight, tap.second_weight});
  }
  return taps;
}

struct Windows {
  std::vector<ResizeWindow> windows;
  std::vector<std::int32_t> weights;
};

Windows windows_of(const FilterAxis& axis, int target) {
  Windows all;
  for (int i = 0; i < target; ++i) {
    const FilterWindow window = axis.window(i);
    all.windows.push_back({window.first, window.count, static_cast<std::int32_t>(all.weights.size())});
    for (int tap = 0; tap < window.count; ++tap)
      all.weights.push_back(axis.weight(window, tap));
  }
  return all;
}

// The source rows that some window has. Windows then count among these, of which theirs are neighbours too.
std::vector<std::int32_t> number_rows(int source, std::vector<ResizeWindow>* windows) {
  std::vector<std::int32_t> number(static_cast<std::size_t>(source), -1);
  for (const ResizeWindow& window : *windows)
    std::fill_n(number.begin() + window.first, window.count, 0);
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < source; ++row) {
    if (number[static_cast<std::size_t>(row)] < 0) continue;
    number[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(rows.size());
    rows.push_back(row);
  }
  for (ResizeWindow& window : *windows)
    window.first = number[static_cast<std::size_t>(window.first)];
  return rows;
}

}  // namespace

ResizeTables::ResizeTables(const Preprocessing& rules, int source_width, int source_height,
                           PixelFormat format) {
  parameters_.input_type = rules.input_type;
  parameters_.pixel_bytes = bytes_per_pixel(format);
  parameters_.source_width = source_width;
  parameters_.width = rules.width;
  parameters_.height = rules.height;
  source_channels(rules, format, parameters_.channels);
  if (rules.input_type != DataType::u8) {
    const Normalization normalization = normalization_of(rules);
    std::copy(normalization.multiplier.begin(), normalization.multiplier.end(), parameters_.multiplier);
    std::copy(normalization.offset.begin(), normalization.offset.end(), parameters_.offset);
  }
  choose_method(rules, source_height);
  if (filters(parameters_.method)) {
    add_windows(rules, source_height);
  } else {
    add_taps(source_height);
  }
}

void ResizeTables::choose_method(const Preprocessing& rules, int source_height) {
  const bool same_size = parameters_.source_width == rules.width && source_height == rules.height;
  if (same_size || rules.resize == ResizeRule::nearest) {
    parameters_.method = ResizeMethod::gather;
  } else if (rules.resize == ResizeRule::bilinear_opencv) {
    parameters_.method = ResizeMethod::blend;
  } else if (!rounds_twice(rules.resize)) {
    parameters_.method = ResizeMethod::filter_shorts;
  } else {
    parameters_.method = filters_rows_first(rules, parameters_.source_width, source_height)
                             ? ResizeMethod::filter_rows_of_bytes
                             : ResizeMethod::filter_bytes;
  }
}

template <typename T>
std::size_t ResizeTables::append(const std::vector<T>& values) {
  const std::size_t offset = (bytes_.size() + kTableAlignment - 1) / kTableAlignment * kTableAlignment;
  bytes_.resize(offset + values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes_.data() + offset, values.data(), values.size() * sizeof(T));
  return offset;
}

void ResizeTables::add_taps(int source_height) {
  const ResizeParameters& p = parameters_;
  const bool blends = p.method == ResizeMethod::blend;
  columns_.taps = append((blends ? blended_columns : gather_taps)(p.source_width, p.width));
  rows_.taps = append((blends ? blended_rows : gather_taps)(source_height, p.height));
}

void ResizeTables::add_windows(const Preprocessing& rules, int source_height) {
  ResizeParameters& p = parameters_;
  const FilterAxis column_axis(rules.resize, p.source_width, p.width);
  const FilterAxis row_axis(rules.resize, source_height, p.height);
  const bool shorts = p.method == ResizeMethod::filter_shorts;
  const int fraction = shorts ? filtered_fraction_bits(rules, source_height) : 0;
  p.columns.shift = column_axis.bits() - fraction;
  p.rows.shift = row_axis.bits() + fraction;
  const Windows columns = windows_of(column_axis, p.width);
  Windows rows = windows_of(row_axis, p.height);
  if (p.method != ResizeMethod::filter_rows_of_bytes) {
    const std::vector<std::int32_t> filtered = number_rows(source_height, &rows.windows);
    p.filtered_row_count = static_cast<std::int32_t>(filtered.size());
    filtered_rows_ = append(filtered);
  }
  columns_.windows = append(columns.windows);
  columns_.weights = append(columns.weights);
  rows_.windows = append(rows.windows);
  rows_.weights = append(rows.weights);
}

std::size_t ResizeTables::scratch_bytes(std::int32_t batch) const {
  const ResizeParameters& p = parameters_;
  const auto product = [batch](std::int32_t rows, std::int32_t elements, std::size_t bytes) {
    return static_cast<std::size_t>(batch) * static_cast<std::size_t>(rows) *
           static_cast<std::size_t>(elements) * bytes;
  };
  switch (p.method) {
    case ResizeMethod::filter_bytes:
      return product(p.filtered_row_count, p.width * kResizeChannels, sizeof(std::uint8_t));
    case ResizeMethod::filter_shorts:
      return product(p.filtered_row_count, p.width * kResizeChannels, sizeof(std::int16_t));
    case ResizeMethod::filter_rows_of_bytes:
      return product(p.height, p.source_width * p.pixel_bytes, sizeof(std::uint8_t));
    default:
      return 0;
  }
}

ResizeParameters ResizeTables::parameters(const std::byte* on_device) const {
  const auto place = [on_device](const AxisOffsets& offsets, ResizeAxis* axis) {
    axis->taps = reinterpret_cast<const ResizeTap*>(on_device + offsets.taps);
    axis->windows = reinterpret_cast<const ResizeWindow*>(on_device + offsets.windows);
    axis->weights = reinterpret_cast<const std::int32_t*>(on_device + offsets.weights);
  };
  ResizeParameters p = parameters_;
  place(columns_, &p.columns);
  place(rows_, &p.rows);
  p.filtered_rows = reinterpret_cast<const std::int32_t*>(on_device + filtered_rows_);
  return p;
}

}  // namespace bitplace::cuda
