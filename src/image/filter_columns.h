// The weights of an image's columns, laid out for kernels/resample. Their number grows with the image, their
// memory does not: an image that needs more than there is goes by blocks of columns.
#pragma once

#include <cstddef>

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "kernels/resample/resample.h"

namespace bitplace {

// Enough for all columns of an image that shrinks to no less than 1 / 32, and for a group of four of any.
std::size_t filter_columns_bytes(const Preprocessing& rules);

struct ColumnBlock {
  int begin;
  int end;
  FilterColumns columns;
};

// Elements of a row of block->columns, with what kernels may touch behind it; of whole images and blocks.
std::size_t filtered_row_elements(int width);

// Binary digits behind the point that a row of shorts keeps for the filter of rows.
int filtered_fraction_bits(const Preprocessing& rules, int source_height);

// Arranges columns from `begin` on, as many as fit `memory`, which is aligned to 64. False: with `windows`,
// some of its windows of 16 bytes cannot lie inside a row, as in very narrow images.
bool arrange_filter_columns(const Preprocessing& rules, const ImageView& image, int begin, bool windows,
                            const std::uint8_t* channels, std::byte* memory, ColumnBlock* block);

}  // namespace bitplace
