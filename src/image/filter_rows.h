// Output rows out of filtered source rows, which are kept as long as the next ones need them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "image/filter_axis.h"
#include "image/filter_columns.h"
#include "kernels/resample/resample.h"

namespace bitplace {

// Pillow filters the rows of an image first that is more than a hundred times as high as wide.
bool filters_rows_first(const Preprocessing& rules, int source_width, int source_height);

// Working memory of one RowFilter, for images of any height.
std::size_t row_filter_bytes(const Preprocessing& rules);

struct FilterTask {
  const Preprocessing& rules;
  const ResampleKernel& kernel;
  const ImageView& image;  // stride filled in
  const ColumnBlock& block;
};

// T is what a source row is filtered to: bytes where the rule rounds twice, shorts where it does not.
template <typename T>
class RowFilter {
 public:
  // For output rows before `end`, in ascending order.
  RowFilter(const FilterTask& task, int end, std::byte* memory);

  // The block's columns of output row y.
  void make_row(int y, std::uint8_t* out);

 private:
  void provide(int begin, int end);
  void filter_columns(const std::uint8_t* const* rows, T* const* out) const;
  void filter_batch(int begin, int end);
  void sum_row(const FilterWindow& window, std::uint8_t* out);
  template <typename RowOf>
  void sum_long_row(const FilterWindow& window, std::size_t count, RowOf row_of, std::uint8_t* out);
  void make_tall_row(const FilterWindow& window, std::uint8_t* out);
  T* row_at(int source) const;

  const FilterTask& task_;
  FilterAxis axis_;
  int shift_;
  int kept_;
  std::int64_t count_;
  std::size_t row_elements_;
  std::uint32_t* sums_;
  T* rows_;
  int last_end_ = 0;  // source rows may be filtered before they are needed, but not these; 0: none may
  int begin_ = 0;     // source rows begin_ to end_ - 1 are there
  int end_ = 0;
};

extern template class RowFilter<std::uint8_t>;
extern template class RowFilter<std::int16_t>;

}  // namespace bitplace
