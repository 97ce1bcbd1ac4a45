// What a tiled convolution (tiled_convolution.h) is told, and the layout of its packed constants.
//
// The convolution is a product of two matrices: rows are windows, columns are filters, and the depth runs
// over a window's elements. Where an element of the depth lies is said by a table of *taps*, one for every
// *granule*, which is what is copied at once:
//   16 bytes   where pixels and groups are multiples of 16 bytes
//   4 bytes    where they are multiples of 4
//   an element elsewhere; of bits a word, masked to the group's channels
// Depth is rounded up to whole stages of 64 bytes; its rest is taps that lie outside every image, and
// weights of 0.
#pragma once

#include "cuda/common/host_device.h"
#include "kernels/common/convolution.h"

namespace bitplace::cuda {

// One granule of depth.
struct alignas(16) Tap {
  std::int32_t offset;  // bytes from the window's first element in its group
  std::int32_t dy, dx;  // pixels from the window's top left
  std::uint32_t mask;   // of bits: those that count
};
// Below every image, wherever the window lies.
inline constexpr std::int32_t kNowhere = 1 << 29;

enum class Granule : std::int32_t { chunk, word, element };

struct TiledParameters {
  const std::uint8_t* input;
  const std::uint32_t* weights;     // groups x group_outputs rows of stages x words
  const Tap* taps;                  // of all groups, or of each
  const std::int32_t* weight_sums;  // b1: per output
  const std::int32_t* outside;    // b1 padded with zeros: per output (kernel_height + 1) x (kernel_width + 1)
  const std::int32_t* threshold;  // per output, where the epilogue needs them
  const std::uint8_t* flip;
  const float* scale;
  const float* bias;
  void* output;

  std::int64_t image_bytes;
  std::int32_t pixels;  // of the output, of the whole batch
  std::int32_t input_height, input_width, pixel_bytes;
  std::int32_t group_bytes;     // from a group's first channel to the next one's; 0: the taps say it
  std::int32_t taps_per_group;  // 0: all groups share them
  std::int32_t stages;
  std::int32_t groups, group_outputs, outputs;
  std::int32_t output_height, output_width;  // after pooling
  std::int32_t pool_width, pool_area;
  std::int32_t stride_height, stride_width, pad_top, pad_left;
  std::int32_t kernel_height, kernel_width, dilation_height, dilation_width;
  std::int32_t depth;  // products per output
  Granule granule;
  ConvolutionEpilogue epilogue;
  bool unsigned_input;
  float output_low, output_high;
};

}  // namespace bitplace::cuda
