#include "cuda/depthwise/depthwise.h"

#include "cuda/common/architecture.h"
#include "cuda/depthwise/depthwise_pack.h"
#include "cuda/depthwise/depthwise_rows.h"

namespace bitplace::cuda {
namespace {

template <int kKernel, int kStride>
bool accepts(const ConvolutionProblem& p, int) {
  if (kKernel == 0) return true;
  return p.kernel_height == kKernel && p.kernel_width == kKernel && p.stride_height == kStride &&
         p.stride_width == kStride && p.dilation_height == 1 && p.dilation_width == 1 &&
         p.output_channels % kDepthwiseChannels == 0;
}

template <typename Type>
std::size_t packed_bytes(const ConvolutionProblem& p) {
  return depthwise_packed_bytes(p, sizeof(Type));
}

template <typename Type>
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_depthwise(p, sizeof(Type), constants, packed);
}

std::size_t no_scratch(const ConvolutionProblem&, std::int32_t) {
  return 0;
}

template <typename Type, int kKernel, int kStride>
constexpr DeviceConvolutionKernel row(const char* name) {
  const LaunchFunction launch = BITPLACE_LAUNCH((launch_depthwise<Type, kKernel, kStride>));
  return {{name, kLowestArchitecture, kAnyArchitecture, launch},
          accepts<kKernel, kStride>,
          packed_bytes<Type>,
          pack<Type>,
          no_scratch};
}

#define BITPLACE_DEPTHWISE_ROW(table, form, type, kernel, stride) \
  constexpr DeviceConvolutionKernel table##__##form = row<type, kernel, stride>(#table "__" #form);
#include "cuda/depthwise/depthwise.inc"

}  // namespace

KernelTable<DeviceConvolutionKernel> depthwise_s8_s8_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {
      &depthwise_s8_s8__3x3_stride1, &depthwise_s8_s8__3x3_stride2, &depthwise_s8_s8__5x5_stride1,
      &depthwise_s8_s8__5x5_stride2, &depthwise_s8_s8__any};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

KernelTable<DeviceConvolutionKernel> depthwise_f16_f16_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {
      &depthwise_f16_f16__3x3_stride1, &depthwise_f16_f16__3x3_stride2, &depthwise_f16_f16__any};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

KernelTable<DeviceConvolutionKernel> depthwise_f32_f32_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {
      &depthwise_f32_f32__3x3_stride1, &depthwise_f32_f32__3x3_stride2, &depthwise_f32_f32__any};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
