#include "bench/device/library_shape.h"

#include "cuda/common/host_device.h"

namespace bitplace::bench {
namespace {

// Windows along an axis, before pooling.
std::int64_t windows(std::int64_t extent, std::int64_t padding, std::int64_t kernel, std::int64_t dilation,
                     std::int64_t stride) {
  return (extent + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

std::int64_t element_bytes(LibraryType type) {
  return type == LibraryType::s8 ? 1 : 2;
}

}  // namespace

double LibraryConvolution::bytes() const {
  return static_cast<double>(element_bytes) *
         static_cast<double>(input_elements() + weight_elements() + output_elements());
}

LibraryConvolution library_convolution(const ConvolutionProblem& p, int batch, LibraryType type,
                                       int granule) {
  LibraryConvolution c{};
  const std::int64_t multiple = p.groups == 1 ? granule : 1;
  c.batch = batch;
  c.height = p.input_height;
  c.width = p.input_width;
  c.channels = cuda::round_up<std::int64_t>(p.input_channels, multiple);
  c.filters = cuda::round_up<std::int64_t>(p.output_channels, multiple);
  c.groups = p.groups;
  c.kernel_height = p.kernel_height;
  c.kernel_width = p.kernel_width;
  c.stride_height = p.stride_height;
  c.stride_width = p.stride_width;
  c.dilation_height = p.dilation_height;
  c.dilation_width = p.dilation_width;
  if (p.padding != ConvolutionPadding::valid) {
    c.pad_top = p.pad_top;
    c.pad_left = p.pad_left;
    c.pad_bottom = p.pad_bottom;
    c.pad_right = p.pad_right;
  }
  c.output_height =
      windows(c.height, c.pad_top + c.pad_bottom, c.kernel_height, c.dilation_height, c.stride_height);
  c.output_width =
      windows(c.width, c.pad_left + c.pad_right, c.kernel_width, c.dilation_width, c.stride_width);
  c.element_bytes = element_bytes(type);
  return c;
}

double LibraryProduct::bytes() const {
  return static_cast<double>(element_bytes) *
         static_cast<double>(windows * depth + depth * filters + windows * filters);
}

LibraryProduct library_product(const ConvolutionProblem& p, int batch, LibraryType type) {
  const LibraryConvolution c = library_convolution(p, batch, type, 1);
  const std::int64_t multiple = type == LibraryType::s8 ? 16 : 8;
  LibraryProduct product{};
  product.windows = c.batch * c.output_height * c.output_width;
  product.filters = cuda::round_up<std::int64_t>(p.output_channels, multiple);
  product.depth = cuda::round_up<std::int64_t>(convolution_depth(p), multiple);
  product.element_bytes = c.element_bytes;
  return product;
}

}  // namespace bitplace::bench
