// From images to the network's input on the GPU (docs/preprocessing.md): resized, channels in the model's
// order, bytes normalised to the input's type. The bytes are the CPU's: the weights come in tables that the
// host makes with the CPU's own code (resize_tables.h), everything else is integers, and normalisation is the
// two float operations of kernels/normalize/normalize.h.
//
// Pixels that lie side by side are made by threads that do, so what they read overlaps in the nearest cache.
// Filters take two kernels with rows of bytes or shorts in memory between them.
#pragma once

#include "bitplace/tensor.h"
#include "cuda/common/launch.h"
#include "cuda/common/scalar_math.h"
#include "cuda/elementwise/elementwise.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/resize/resize.h"

namespace bitplace::cuda {

enum class ResizeMethod : std::uint8_t {
  gather,               // pixels are moved
  blend,                // two by two pixels, as OpenCV does
  filter_bytes,         // columns, then rows, bytes between them
  filter_shorts,        // columns, then rows, fractions between them
  filter_rows_of_bytes  // rows, then columns, bytes between them
};

// The two source pixels of an output index and their weights in 1/2048; gathering takes the first.
struct ResizeTap {
  std::int32_t first, second;
  std::int32_t first_weight, second_weight;
};

// What an output index sums: neighbouring source pixels, or of rows those that are filtered.
struct ResizeWindow {
  std::int32_t first, count;
  std::int32_t weights;  // index of its first weight
};

// One of the two directions. Either taps or windows.
struct ResizeAxis {
  const ResizeTap* taps;
  const ResizeWindow* windows;
  const std::int32_t* weights;
  std::int32_t shift;  // of a sum
};

struct ResizeParameters {
  // From resize_tables.h.
  ResizeMethod method;
  DataType input_type;
  std::uint8_t channels[kResizeChannels];  // where the output's lie in a source pixel
  std::int32_t pixel_bytes;                // of the source
  std::int32_t source_width;
  std::int32_t width, height;  // of the output
  ResizeAxis columns, rows;
  const std::int32_t* filtered_rows;  // the source rows that are filtered, in rising order
  std::int32_t filtered_row_count;
  float multiplier[kResizeChannels], offset[kResizeChannels];  // unless the input is u8
  // The caller's.
  const std::uint8_t* images;
  std::int64_t row_bytes, image_bytes;  // from one row, and from one image, to the next
  std::int32_t batch;
  void* between;  // of methods that filter: resize_scratch_bytes
  void* output;   // batch x height x width x 3
};

// An element of the input, counted over the batch.
BITPLACE_DEVICE void store_input(const ResizeParameters& p, std::int64_t index, std::int32_t channel,
                                 std::int32_t byte) {
  if (p.input_type == DataType::u8) {
    static_cast<std::uint8_t*>(p.output)[index] = static_cast<std::uint8_t>(byte);
    return;
  }
  const float y = static_cast<float>(byte) * p.multiplier[channel] + p.offset[channel];
  if (p.input_type == DataType::s8) {
    const std::int32_t code = round_half_even(clamp_number(y, -127.0f, 127.0f));
    static_cast<std::int8_t*>(p.output)[index] = static_cast<std::int8_t>(code);
  } else if (p.input_type == DataType::f16) {
    static_cast<std::uint16_t*>(p.output)[index] = element_of<std::uint16_t>(y);
  } else {
    static_cast<float*>(p.output)[index] = y;
  }
}

// A column, a row and an image out of an index.
struct ResizePlace {
  std::int64_t image;
  std::int32_t row, column;
};

BITPLACE_DEVICE ResizePlace place_of(std::int64_t index, std::int32_t columns, std::int32_t rows) {
  const std::int64_t all_rows = quotient(index, columns);
  const std::int64_t image = quotient(all_rows, rows);
  return {image, static_cast<std::int32_t>(all_rows - image * rows),
          static_cast<std::int32_t>(index - all_rows * columns)};
}

struct GatherPixels : OneAtATime<ResizeParameters> {
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return std::int64_t{p.batch} * p.height * p.width;
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t pixel) {
    const ResizePlace at = place_of(pixel, p.width, p.height);
    const std::uint8_t* from = p.images + at.image * p.image_bytes + p.rows.taps[at.row].first * p.row_bytes +
                               std::int64_t{p.columns.taps[at.column].first} * p.pixel_bytes;
    BITPLACE_UNROLL
    for (int c = 0; c < kResizeChannels; ++c)
      store_input(p, pixel * kResizeChannels + c, c, from[p.channels[c]]);
  }
};

struct BlendPixels : OneAtATime<ResizeParameters> {
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return GatherPixels::elements(p); }

  static BITPLACE_DEVICE std::int32_t blend(const std::uint8_t* left, const std::uint8_t* right,
                                            const ResizeTap& tap) {
    return (*left * tap.first_weight + *right * tap.second_weight) >> 4;
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t pixel) {
    const ResizePlace at = place_of(pixel, p.width, p.height);
    const ResizeTap row = p.rows.taps[at.row];
    const ResizeTap column = p.columns.taps[at.column];
    const std::uint8_t* image = p.images + at.image * p.image_bytes;
    const std::uint8_t* upper = image + row.first * p.row_bytes;
    const std::uint8_t* lower = image + row.second * p.row_bytes;
    const std::int64_t left = std::int64_t{column.first} * p.pixel_bytes;
    const std::int64_t right = std::int64_t{column.second} * p.pixel_bytes;
    BITPLACE_UNROLL
    for (int c = 0; c < kResizeChannels; ++c) {
      const std::uint8_t channel = p.channels[c];
      const std::int32_t above = blend(upper + left + channel, upper + right + channel, column);
      const std::int32_t below = blend(lower + left + channel, lower + right + channel, column);
      const std::int32_t sum = (above * row.first_weight >> 16) + (below * row.second_weight >> 16);
      store_input(p, pixel * kResizeChannels + c, c, (sum + 2) >> 2);
    }
  }
};

// Sums may wrap around on their way: the whole ones fit 32 bits (kernels/resample/resample.h).
BITPLACE_DEVICE std::uint32_t add_product(std::uint32_t sum, std::int32_t weight, std::int32_t value) {
  return sum + static_cast<std::uint32_t>(weight) * static_cast<std::uint32_t>(value);
}
BITPLACE_DEVICE std::int32_t rounded(std::uint32_t sum, std::int32_t shift) {
  return static_cast<std::int32_t>(sum + (std::uint32_t{1} << (shift - 1))) >> shift;
}
BITPLACE_DEVICE std::int32_t byte_of(std::uint32_t sum, std::int32_t shift) {
  return smaller(larger(rounded(sum, shift), 0), 255);
}

// The columns of filtered_rows, in one pixel each: shorts or bytes between, or of an image whose rows were
// filtered first the input itself.
enum class FilteredColumns { bytes, shorts, input };

template <FilteredColumns kTo>
struct FilterColumnsOfPixels : OneAtATime<ResizeParameters> {
  static constexpr bool kLast = kTo == FilteredColumns::input;

  static BITPLACE_DEVICE std::int32_t rows(const Parameters& p) {
    return kLast ? p.height : p.filtered_row_count;
  }
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return std::int64_t{p.batch} * rows(p) * p.width;
  }
  static BITPLACE_DEVICE const std::uint8_t* source_row(const Parameters& p, const ResizePlace& at) {
    if constexpr (kLast) {
      return static_cast<const std::uint8_t*>(p.between) +
             (at.image * p.height + at.row) * p.source_width * p.pixel_bytes;
    } else {
      return p.images + at.image * p.image_bytes + p.filtered_rows[at.row] * p.row_bytes;
    }
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t pixel) {
    const ResizePlace at = place_of(pixel, p.width, rows(p));
    const ResizeWindow window = p.columns.windows[at.column];
    const std::int32_t* weights = p.columns.weights + window.weights;
    const std::uint8_t* from = source_row(p, at) + std::int64_t{window.first} * p.pixel_bytes;
    std::uint32_t sums[kResizeChannels] = {};
    for (std::int32_t tap = 0; tap < window.count; ++tap, from += p.pixel_bytes) {
      BITPLACE_UNROLL
      for (int c = 0; c < kResizeChannels; ++c)
        sums[c] = add_product(sums[c], weights[tap], from[p.channels[c]]);
    }
    BITPLACE_UNROLL
    for (int c = 0; c < kResizeChannels; ++c) {
      const std::int64_t index = pixel * kResizeChannels + c;
      if constexpr (kTo == FilteredColumns::shorts) {
        static_cast<std::int16_t*>(p.between)[index] =
            static_cast<std::int16_t>(rounded(sums[c], p.columns.shift));
      } else if constexpr (kTo == FilteredColumns::bytes) {
        static_cast<std::uint8_t*>(p.between)[index] =
            static_cast<std::uint8_t>(byte_of(sums[c], p.columns.shift));
      } else {
        store_input(p, index, c, byte_of(sums[c], p.columns.shift));
      }
    }
  }
};

// A window of rows at one element of theirs; rows lie `stride` elements apart.
template <typename Element>
BITPLACE_DEVICE std::uint32_t sum_of_rows(const ResizeAxis& rows, const ResizeWindow& window,
                                          const Element* from, std::int64_t stride) {
  std::uint32_t sum = 0;
  for (std::int32_t tap = 0; tap < window.count; ++tap, from += stride)
    sum = add_product(sum, rows.weights[window.weights + tap], *from);
  return sum;
}

// The rows of what lies between, bytes or shorts, to the input.
template <typename Between>
struct FilterRowsBetween : OneAtATime<ResizeParameters> {
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return GatherPixels::elements(p) * kResizeChannels;
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t index) {
    const std::int32_t row_elements = p.width * kResizeChannels;
    const ResizePlace at = place_of(index, row_elements, p.height);
    const ResizeWindow window = p.rows.windows[at.row];
    const Between* from = static_cast<const Between*>(p.between) +
                          (at.image * p.filtered_row_count + window.first) * row_elements + at.column;
    const std::uint32_t sum = sum_of_rows(p.rows, window, from, row_elements);
    store_input(p, index, at.column % kResizeChannels, byte_of(sum, p.rows.shift));
  }
};

// The rows of images, all bytes of their pixels, to bytes between.
struct FilterRowsOfImages : OneAtATime<ResizeParameters> {
  static BITPLACE_DEVICE std::int32_t row_elements(const Parameters& p) {
    return p.source_width * p.pixel_bytes;
  }
  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return std::int64_t{p.batch} * p.height * row_elements(p);
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t index) {
    const ResizePlace at = place_of(index, row_elements(p), p.height);
    const ResizeWindow window = p.rows.windows[at.row];
    const std::uint8_t* from = p.images + at.image * p.image_bytes + window.first * p.row_bytes + at.column;
    const std::uint32_t sum = sum_of_rows(p.rows, window, from, p.row_bytes);
    static_cast<std::uint8_t*>(p.between)[index] = static_cast<std::uint8_t>(byte_of(sum, p.rows.shift));
  }
};

// The kernels of a method in their order: run<Kernel>() each until one returns an error, which is 0 for none.
template <class Run>
int run_resize(ResizeMethod method, const Run& run) {
  int error = 0;
  switch (method) {
    case ResizeMethod::gather:
      return run(ElementwiseKernel<GatherPixels>());
    case ResizeMethod::blend:
      return run(ElementwiseKernel<BlendPixels>());
    case ResizeMethod::filter_bytes:
      error = run(ElementwiseKernel<FilterColumnsOfPixels<FilteredColumns::bytes>>());
      return error != 0 ? error : run(ElementwiseKernel<FilterRowsBetween<std::uint8_t>>());
    case ResizeMethod::filter_shorts:
      error = run(ElementwiseKernel<FilterColumnsOfPixels<FilteredColumns::shorts>>());
      return error != 0 ? error : run(ElementwiseKernel<FilterRowsBetween<std::int16_t>>());
    case ResizeMethod::filter_rows_of_bytes:
      error = run(ElementwiseKernel<FilterRowsOfImages>());
      return error != 0 ? error : run(ElementwiseKernel<FilterColumnsOfPixels<FilteredColumns::input>>());
  }
  return error;
}

int launch_resize(const void* parameters, void* stream);

extern const DeviceKernel resize__pixels;  // ResizeParameters

}  // namespace bitplace::cuda
