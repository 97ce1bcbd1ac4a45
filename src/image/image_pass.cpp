#include "image/image_pass.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "image/channel_order.h"
#include "image/filter_rows.h"
#include "image/resize_taps.h"
#include "kernels/common/kernel.h"
#include "kernels/resize/column_groups.h"

namespace bitplace {
namespace {

// A blended row as vectors of 64 elements read it, and what the last group writes beyond it.
constexpr std::size_t kRowMultiple = 64;

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

std::size_t blended_elements(int width) {
  const std::size_t groups =
      round_up(static_cast<std::size_t>(width), std::size_t{kBlendPixels} * kGroupMultiple);
  return round_up(groups * kResizeChannels, kRowMultiple) + kRowMultiple;
}

std::size_t tap_bytes(int width) {
  return round_up(static_cast<std::size_t>(width) * sizeof(ColumnTap), kAlignment);
}

std::size_t columns_bytes(const Preprocessing& rules) {
  const std::size_t taps = tap_bytes(rules.width) + round_up(column_group_bytes(rules.width), kAlignment);
  return filters(rules.resize) ? std::max(taps, round_up(filter_columns_bytes(rules), kAlignment)) : taps;
}

std::size_t bytes_row_bytes(int width) {
  return round_up(static_cast<std::size_t>(width) * kResizeChannels, kAlignment);
}

// A row of bytes, and two blended rows or what filtering keeps.
std::size_t rows_bytes(const Preprocessing& rules) {
  const std::size_t rows = filters(rules.resize) ? round_up(row_filter_bytes(rules), kAlignment)
                                                 : 2 * blended_elements(rules.width) * sizeof(std::int16_t);
  return bytes_row_bytes(rules.width) + rows;
}

void fill_blend_taps(const ImageView& image, int width, ColumnTap* taps) {
  const int pixel = bytes_per_pixel(image.format);
  const Axis axis(image.width, width);
  for (int x = 0; x < width; ++x) {
    const Tap tap = axis.bilinear_column(x);
    const int right = std::min(tap.first + 1, image.width - 1);
    taps[x] = {static_cast<std::uint32_t>(tap.first * pixel), static_cast<std::uint32_t>(right * pixel),
               static_cast<std::uint16_t>(tap.first_weight), static_cast<std::uint16_t>(tap.second_weight)};
  }
}

void fill_gather_taps(const ImageView& image, int width, ColumnTap* taps) {
  const int pixel = bytes_per_pixel(image.format);
  const Axis axis(image.width, width);
  for (int x = 0; x < width; ++x) {
    const auto offset = static_cast<std::uint32_t>(axis.nearest(x) * pixel);
    taps[x] = {offset, offset, 0, 0};
  }
}

template <typename Row>
const Row* reference_kernel(KernelTable<Row> table) {
  return table.rows[table.count - 1];
}

}  // namespace

std::size_t pass_scratch_bytes(const Preprocessing& rules, int parts) {
  return columns_bytes(rules) + static_cast<std::size_t>(parts) * rows_bytes(rules);
}

ImagePass::ImagePass(const Preprocessing& rules, const ImageKernels& kernels, const ImageView& image,
                     void* out, void* scratch, int parts)
    : rules_(rules),
      kernels_(kernels),
      image_(image),
      out_(static_cast<std::byte*>(out)),
      scratch_(static_cast<std::byte*>(scratch)),
      parts_(parts) {
  if (image_.stride == 0) image_.stride = std::ptrdiff_t{image_.width} * bytes_per_pixel(image_.format);
  const bool same_size = image_.width == rules_.width && image_.height == rules_.height;
  const bool same_bytes =
      bytes_per_pixel(image_.format) == kResizeChannels && !reverses_channels(rules_, image_.format);
  if (same_size) {
    method_ = same_bytes ? Method::copy : Method::gather;
  } else {
    method_ = filters(rules_.resize)                 ? Method::filter
              : rules_.resize == ResizeRule::nearest ? Method::gather
                                                     : Method::blend;
  }
  block_.end = rules_.width;
  if (method_ == Method::filter) {
    arrange_filter(0);
  } else if (method_ != Method::copy) {
    arrange_columns();
  }
}

void ImagePass::arrange_filter(int begin) {
  source_channels(rules_, image_.format, columns_.channels);
  const auto arrange = [&](const ResampleKernel* kernel) {
    kernels_.resample = kernel;
    return arrange_filter_columns(rules_, image_, begin, kernel->reads_windows, columns_.channels, scratch_,
                                  &block_);
  };
  if (!arrange(kernels_.resample)) arrange(reference_kernel(resample_kernels()));
}

bool ImagePass::next_columns() {
  if (block_.end == rules_.width) return false;
  arrange_filter(block_.end);
  return true;
}

void ImagePass::arrange_columns() {
  auto* taps = reinterpret_cast<ColumnTap*>(scratch_);
  columns_.width = rules_.width;
  columns_.taps = taps;
  source_channels(rules_, image_.format, columns_.channels);
  const bool blends = method_ == Method::blend;
  (blends ? fill_blend_taps : fill_gather_taps)(image_, rules_.width, taps);
  const auto pixel_bytes = static_cast<std::uint32_t>(bytes_per_pixel(image_.format));
  const std::uint32_t row_bytes = static_cast<std::uint32_t>(image_.width) * pixel_bytes;
  if (row_bytes < kWindowBytes) kernels_.resize = reference_kernel(resize_kernels());
  if (kernels_.resize->reads_taps) return;
  void* groups = scratch_ + tap_bytes(rules_.width);
  (blends ? group_blended_columns : group_gathered_columns)(row_bytes, pixel_bytes, groups, &columns_);
}

void ImagePass::run(std::int64_t part) const {
  const std::int64_t height = rules_.height;
  const int begin = static_cast<int>(height * part / parts_);
  const int end = static_cast<int>(height * (part + 1) / parts_);
  std::byte* rows = scratch_ + columns_bytes(rules_) + static_cast<std::size_t>(part) * rows_bytes(rules_);
  switch (method_) {
    case Method::copy:
      return run_copy(begin, end);
    case Method::gather:
      return run_gather(begin, end, rows);
    case Method::blend:
      return run_blend(begin, end, rows);
    case Method::filter:
      return rounds_twice(rules_.resize) ? run_filter<std::uint8_t>(begin, end, rows)
                                         : run_filter<std::int16_t>(begin, end, rows);
  }
}

void ImagePass::run_copy(int begin, int end) const {
  for (int y = begin; y < end; ++y) {
    if (kernels_.normalize != nullptr) {
      normalize_row(y, source_row(y));
    } else {
      std::memcpy(bytes_of_row(y, nullptr), source_row(y), static_cast<std::size_t>(row_elements()));
    }
  }
}

void ImagePass::run_gather(int begin, int end, std::byte* rows) const {
  const Axis axis(image_.height, rules_.height);
  for (int y = begin; y < end; ++y) {
    std::uint8_t* bytes = bytes_of_row(y, rows);
    kernels_.resize->gather_columns(columns_, source_row(axis.nearest(y)), bytes);
    finish_row(y, bytes);
  }
}

void ImagePass::blend_source(int y, BlendedRow* row) const {
  if (row->source == y) return;
  kernels_.resize->blend_columns(columns_, source_row(y), row->data);
  row->source = y;
}

void ImagePass::run_blend(int begin, int end, std::byte* rows) const {
  BlendedRow upper{reinterpret_cast<std::int16_t*>(rows + bytes_row_bytes(rules_.width))};
  BlendedRow lower{upper.data + blended_elements(rules_.width)};
  const Axis axis(image_.height, rules_.height);
  for (int y = begin; y < end; ++y) {
    const Tap tap = axis.bilinear_row(y);
    const int first = std::clamp(tap.first, 0, image_.height - 1);
    const int second = std::clamp(tap.first + 1, 0, image_.height - 1);
    if (upper.source != first && lower.source == first) std::swap(upper, lower);
    blend_source(first, &upper);
    if (second != first) blend_source(second, &lower);
    std::uint8_t* bytes = bytes_of_row(y, rows);
    kernels_.resize->mix_rows(upper.data, second != first ? lower.data : upper.data, tap.first_weight,
                              tap.second_weight, row_elements(), bytes);
    finish_row(y, bytes);
  }
}

template <typename T>
void ImagePass::run_filter(int begin, int end, std::byte* rows) const {
  if (begin == end) return;
  const FilterTask task{rules_, *kernels_.resample, image_, block_};
  RowFilter<T> filter(task, end, rows + bytes_row_bytes(rules_.width));
  for (int y = begin; y < end; ++y) {
    std::uint8_t* bytes = bytes_of_row(y, rows);
    filter.make_row(y, bytes);
    finish_row(y, bytes);
  }
}

const std::uint8_t* ImagePass::source_row(int y) const {
  return image_.data + y * image_.stride;
}

std::int64_t ImagePass::row_elements() const {
  return std::int64_t{block_.end - block_.begin} * kResizeChannels;
}

std::int64_t ImagePass::first_element(int y) const {
  return (std::int64_t{y} * rules_.width + block_.begin) * kResizeChannels;
}

// Where the bytes of an output row go: the output itself, or memory from which they are normalised.
std::uint8_t* ImagePass::bytes_of_row(int y, std::byte* rows) const {
  if (kernels_.normalize == nullptr) return reinterpret_cast<std::uint8_t*>(out_) + first_element(y);
  return reinterpret_cast<std::uint8_t*>(rows);
}

void ImagePass::finish_row(int y, const std::uint8_t* bytes) const {
  if (kernels_.normalize != nullptr) normalize_row(y, bytes);
}

void ImagePass::normalize_row(int y, const std::uint8_t* bytes) const {
  const std::int64_t count = row_elements();
  const std::int64_t at = first_element(y);
  const NormalizeKernel& kernel = *kernels_.normalize;
  switch (rules_.input_type) {
    case DataType::s8:
      return kernel.to_s8(bytes, count, *kernels_.map, reinterpret_cast<std::int8_t*>(out_) + at);
    case DataType::f16:
      return kernel.to_f16(bytes, count, *kernels_.map, reinterpret_cast<std::uint16_t*>(out_) + at);
    default:
      return kernel.to_f32(bytes, count, *kernels_.map, reinterpret_cast<float*>(out_) + at);
  }
}

}  // namespace bitplace
