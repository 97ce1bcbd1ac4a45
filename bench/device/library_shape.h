// A layer's shape as libraries of dense tensors are asked for it.
#pragma once

#include <cstdint>

#include "kernels/common/convolution.h"

namespace bitplace::bench {

enum class LibraryType { s8, f16 };  // of input, weights and output; sums are s32 and f32

// NHWC, a batch of images, filters as filters x kernel x channels of a group. Nothing is pooled and nothing
// thresholded: a library does less than a layer of ours that does.
struct LibraryConvolution {
  std::int64_t batch, height, width, channels, filters, groups;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride_height, stride_width, dilation_height, dilation_width;
  std::int64_t pad_top, pad_left, pad_bottom, pad_right;
  std::int64_t output_height, output_width;
  std::int64_t element_bytes;

  std::int64_t input_elements() const { return batch * height * width * channels; }
  std::int64_t weight_elements() const { return filters * kernel_height * kernel_width * channels / groups; }
  std::int64_t output_elements() const { return batch * output_height * output_width * filters; }
  double bytes() const;
};
// Channels and filters of a convolution without groups are rounded up to multiples of `granule`.
LibraryConvolution library_convolution(const ConvolutionProblem& problem, int batch, LibraryType type,
                                       int granule);

// The product of matrices that a convolution without groups comes to: windows x depth by depth x filters.
// Only that of a 1 x 1 convolution of stride 1 has its windows in memory as they are; others' would have to
// be gathered before.
struct LibraryProduct {
  std::int64_t windows, filters, depth;
  std::int64_t element_bytes;

  double bytes() const;
};
// Depth and filters are rounded up to 16 bytes, which is what tensor cores are fed with.
LibraryProduct library_product(const ConvolutionProblem& problem, int batch, LibraryType type);

}  // namespace bitplace::bench
