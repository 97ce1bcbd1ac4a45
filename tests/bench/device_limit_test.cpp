#include <catch2/catch.hpp>

#include "bench/device/layer_limit.h"
#include "bench/device/library_shape.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

DeviceLimits limits() {
  DeviceLimits limits;
  limits.memory_bytes_per_second = 1e12;
  limits.cache_bytes_per_second = 4e12;
  limits.cache_bytes = 1e6;
  limits.bit_products_per_second = 8e15;
  limits.byte_products_per_second = 1e15;
  limits.half_products_per_second = 5e14;
  limits.single_products_per_second = 2e13;
  limits.counted_bits_per_second = 3e13;
  return limits;
}

ConvolutionProblem stem() {
  ConvolutionProblem p{};
  p.input_height = p.input_width = 224;
  p.input_channels = 3;
  p.output_channels = 60;
  p.kernel_height = p.kernel_width = 7;
  p.stride_height = p.stride_width = 2;
  p.dilation_height = p.dilation_width = 1;
  p.groups = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 3;
  p.padding = ConvolutionPadding::zero;
  p.pool_height = p.pool_width = 2;
  p.output_height = p.output_width = 56;
  return p;
}

}  // namespace

TEST_CASE("a layer takes the longer of computing and moving") {
  const LeastTime computing = least_time("IMMA.16832.U8.S8", {1e9, 1e5}, limits());
  CHECK(computing.seconds == Approx(1e-6));
  CHECK(computing.bound_by == "IMMA.16832.U8.S8");
  const LeastTime cached = least_time("BMMA.168256.AND.POPC", {1e9, 1e6}, limits());
  CHECK(cached.seconds == Approx(1e6 / 4e12));
  CHECK(cached.bound_by == "cache");
  const LeastTime moving = least_time("HMMA.16816.F32", {1e6, 2e6}, limits());
  CHECK(moving.seconds == Approx(2e-6));
  CHECK(moving.bound_by == "memory");
}

TEST_CASE("an instruction without a rate bounds nothing") {
  CHECK(product_rate("", limits()) == 0.0);
  CHECK(product_rate("SHFL", limits()) == 0.0);
  CHECK(product_rate("BMMA.88128.XOR.POPC", DeviceLimits()) == 0.0);
  CHECK(least_time("", {1e15, 4e6}, limits()).seconds == Approx(4e-6));
  CHECK(product_rate("POPC", limits()) == Approx(3e13));
  CHECK(product_rate("FMUL", limits()) == Approx(product_rate("FFMA", limits()) / 2));
}

TEST_CASE("limits that were not measured divide nothing") {
  CHECK(least_time("IMMA.16832", {1e9, 1e6}, DeviceLimits()).seconds == 0.0);
}

TEST_CASE("a convolution as a library is asked for it: unpooled, channels rounded up") {
  const LibraryConvolution c = library_convolution(stem(), 8, LibraryType::s8, 4);
  CHECK(c.channels == 4);
  CHECK(c.filters == 60);
  CHECK(c.output_height == 112);
  CHECK(c.output_width == 112);
  CHECK(c.pad_left == 3);
  CHECK(c.input_elements() == 8 * 224 * 224 * 4);
  CHECK(c.weight_elements() == 60 * 7 * 7 * 4);
  CHECK(c.bytes() == Approx(8.0 * 224 * 224 * 4 + 60 * 49 * 4 + 8.0 * 112 * 112 * 60));
  const LibraryConvolution halves = library_convolution(stem(), 1, LibraryType::f16, 1);
  CHECK(halves.channels == 3);
  CHECK(halves.bytes() == Approx(2.0 * (224.0 * 224 * 3 + 60 * 49 * 3 + 112.0 * 112 * 60)));
  CHECK(library_convolution(stem(), 1, LibraryType::s8, 32).filters == 64);
}

TEST_CASE("groups keep their channels, and a valid convolution has no padding") {
  ConvolutionProblem p = stem();
  p.groups = p.input_channels = p.output_channels = 30;
  p.padding = ConvolutionPadding::valid;
  p.dilation_height = 2;
  const LibraryConvolution c = library_convolution(p, 1, LibraryType::f16, 32);
  CHECK(c.channels == 30);
  CHECK(c.pad_top == 0);
  CHECK(c.output_height == (224 - 12 - 1) / 2 + 1);
  CHECK(c.output_width == (224 - 7) / 2 + 1);
  CHECK(c.weight_elements() == 30 * 49);
}

TEST_CASE("the product of matrices that a convolution comes to") {
  const LibraryProduct bytes = library_product(stem(), 2, LibraryType::s8);
  CHECK(bytes.windows == 2 * 112 * 112);
  CHECK(bytes.depth == 160);  // 147
  CHECK(bytes.filters == 64);
  CHECK(bytes.bytes() == Approx(25088.0 * 160 + 160 * 64 + 25088.0 * 64));
  const LibraryProduct halves = library_product(stem(), 2, LibraryType::f16);
  CHECK(halves.depth == 152);
  CHECK(halves.element_bytes == 2);
}
