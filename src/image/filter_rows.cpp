#include "image/filter_rows.h"

#include <algorithm>
#include <type_traits>

#include "image/preprocess.h"

namespace bitplace {
namespace {

// A filter that shrinks to no less than 1 / 16 finds all of its source rows still there. Beyond that it
// filters each again for every output row that it is part of, and sums without vectors.
constexpr int kKeptShrinking = 16;
constexpr int kMostKept = 2 * 2 * kKeptShrinking;
constexpr int kKeptWithoutWidening = 8;

int kept_rows(ResizeRule rule) {
  return antialiases(rule) ? 2 * filter_support(rule) * kKeptShrinking : kKeptWithoutWidening;
}

constexpr int kTall = 100;

// Sums of a row of the output, or of a tall image and then their bytes.
std::size_t sums_bytes(const Preprocessing& rules) {
  constexpr std::size_t kMostPixelBytes = 4;
  constexpr std::size_t kTallBytes = kMaxImageSide / kTall * kMostPixelBytes * (sizeof(std::uint32_t) + 1);
  const std::size_t bytes = filtered_row_elements(rules.width) * sizeof(std::uint32_t);
  if (!rounds_twice(rules.resize)) return bytes;
  return (std::max(bytes, kTallBytes) + kAlignment - 1) / kAlignment * kAlignment;
}

template <typename T>
void set_weight(std::int32_t weight, int tap, TapPair* taps) {
  TapPair& pair = taps[tap / 2];
  const bool splits = std::is_same_v<T, std::uint8_t>;
  pair.high[tap % 2] = static_cast<std::int16_t>(splits ? weight >> kFilterLowBits : weight);
  pair.low[tap % 2] = static_cast<std::int16_t>(splits ? weight & ((1 << kFilterLowBits) - 1) : 0);
}

}  // namespace

bool filters_rows_first(const Preprocessing& rules, int source_width, int source_height) {
  return rounds_twice(rules.resize) && source_height > kTall * source_width && rules.height < source_height;
}

std::size_t row_filter_bytes(const Preprocessing& rules) {
  const std::size_t element = rounds_twice(rules.resize) ? sizeof(std::uint8_t) : sizeof(std::int16_t);
  return sums_bytes(rules) +
         static_cast<std::size_t>(kept_rows(rules.resize)) * filtered_row_elements(rules.width) * element;
}

template <typename T>
RowFilter<T>::RowFilter(const FilterTask& task, int end, std::byte* memory)
    : task_(task),
      axis_(task.rules.resize, task.image.height, task.rules.height),
      shift_(std::is_same_v<T, std::uint8_t>
                 ? kFilterBits
                 : axis_.bits() + filtered_fraction_bits(task.rules, task.image.height)),
      kept_(kept_rows(task.rules.resize)),
      count_(std::int64_t{task.block.end - task.block.begin} * kFilterChannels),
      row_elements_(filtered_row_elements(task.rules.width)),
      sums_(reinterpret_cast<std::uint32_t*>(memory)),
      rows_(reinterpret_cast<T*>(memory + sums_bytes(task.rules))) {
  const std::int64_t reach = std::int64_t{2} * filter_support(task.rules.resize) * task.rules.height;
  const bool needs_all_rows = antialiases(task.rules.resize) || task.image.height <= reach;
  if (!needs_all_rows) return;
  const FilterWindow last = axis_.window(end - 1);
  last_end_ = last.first + last.count;
}

template <typename T>
T* RowFilter<T>::row_at(int source) const {
  return rows_ + static_cast<std::size_t>(source % kept_) * row_elements_;
}

template <typename T>
void RowFilter<T>::filter_columns(const std::uint8_t* const* rows, T* const* out) const {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    task_.kernel.columns_to_bytes(task_.block.columns, rows, out);
  } else {
    task_.kernel.columns_to_shorts(task_.block.columns, rows, out);
  }
}

template <typename T>
void RowFilter<T>::filter_batch(int begin, int end) {
  const std::uint8_t* rows[kFilterRows];
  T* out[kFilterRows];
  for (int r = 0; r < kFilterRows; ++r) {
    const int source = std::min(begin + r, end - 1);
    rows[r] = task_.image.data + source * task_.image.stride;
    out[r] = row_at(source);
  }
  filter_columns(rows, out);
}

// At most kept_ rows, four at a time: rows that come later make the last batch full.
template <typename T>
void RowFilter<T>::provide(int begin, int end) {
  if (begin < begin_ || begin > end_) begin_ = end_ = begin;
  while (end_ < end) {
    const int useful = std::max(end, std::min(last_end_, begin + kept_));
    const int batch_end = std::min(end_ + kFilterRows, useful);
    filter_batch(end_, batch_end);
    end_ = batch_end;
    begin_ = std::max(begin_, end_ - kept_);
  }
}

template <typename T>
void RowFilter<T>::sum_row(const FilterWindow& window, std::uint8_t* out) {
  provide(window.first, window.first + window.count);
  const T* rows[kMostKept];
  TapPair taps[kMostKept / 2];
  const int pairs = (window.count + 1) / 2;
  for (int tap = 0; tap < 2 * pairs; ++tap) {
    const bool real = tap < window.count;  // an odd number of taps is completed by one of weight 0
    rows[tap] = row_at(window.first + (real ? tap : tap - 1));
    set_weight<T>(real ? axis_.weight(window, tap) : 0, tap, taps);
  }
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    task_.kernel.rows_of_bytes(rows, taps, pairs, count_, out);
  } else {
    task_.kernel.rows_of_shorts(rows, taps, pairs, shift_, count_, out);
  }
}

// The same sums modulo 2^32, of which the last is whole; `row_of` gives a source row.
template <typename T>
template <typename RowOf>
void RowFilter<T>::sum_long_row(const FilterWindow& window, std::size_t count, RowOf row_of,
                                std::uint8_t* out) {
  std::fill_n(sums_, count, std::uint32_t{1} << (shift_ - 1));
  for (int tap = 0; tap < window.count; ++tap) {
    const auto* row = row_of(window.first + tap);
    const auto weight = static_cast<std::uint32_t>(axis_.weight(window, tap));
    for (std::size_t i = 0; i < count; ++i)
      sums_[i] += weight * static_cast<std::uint32_t>(static_cast<std::int32_t>(row[i]));
  }
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<std::uint8_t>(std::clamp(static_cast<std::int32_t>(sums_[i]) >> shift_, 0, 255));
}

// Rows first, with all bytes of their pixels; then the columns of the one row that is left.
template <typename T>
void RowFilter<T>::make_tall_row(const FilterWindow& window, std::uint8_t* out) {
  const ImageView& image = task_.image;
  const auto bytes =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(bytes_per_pixel(image.format));
  auto* row = reinterpret_cast<std::uint8_t*>(sums_ + bytes);
  const auto source_row = [&](int source) { return image.data + source * image.stride; };
  sum_long_row(window, bytes, source_row, row);
  const std::uint8_t* rows[kFilterRows] = {row, row, row, row};
  T* filtered[kFilterRows] = {rows_, rows_, rows_, rows_};
  filter_columns(rows, filtered);
  std::copy_n(rows_, count_, out);
}

template <typename T>
void RowFilter<T>::make_row(int y, std::uint8_t* out) {
  const FilterWindow window = axis_.window(y);
  if (filters_rows_first(task_.rules, task_.image.width, task_.image.height))
    return make_tall_row(window, out);
  if (window.count <= kept_) return sum_row(window, out);
  sum_long_row(
      window, static_cast<std::size_t>(count_),
      [&](int source) {
        provide(source, std::min(source + kFilterRows, window.first + window.count));
        return row_at(source);
      },
      out);
}

template class RowFilter<std::uint8_t>;
template class RowFilter<std::int16_t>;

}  // namespace bitplace
