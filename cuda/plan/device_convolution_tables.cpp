// All convolution tables of the device: the one list.

#include "cuda/convolution_b1_b1/convolution_b1_b1.h"
#include "cuda/convolution_f16_f16/convolution_f16_f16.h"
#include "cuda/convolution_f32_f32/convolution_f32_f32.h"
#include "cuda/convolution_f32_ordered/convolution_f32_ordered.h"
#include "cuda/convolution_s8_s4/convolution_s8_s4.h"
#include "cuda/convolution_s8_s8/convolution_s8_s8.h"
#include "cuda/convolution_u8_b1/convolution_u8_b1.h"
#include "cuda/depthwise/depthwise_rows.h"
#include "cuda/plan/device_convolution.h"

namespace bitplace::cuda {

DeviceConvolutionTableList device_convolution_tables() {
  static constexpr DeviceConvolutionTable kTables[] = {
      {"convolution_b1_b1", convolution_b1_b1_kernels},
      {"depthwise_s8_s8", depthwise_s8_s8_kernels},
      {"depthwise_f16_f16", depthwise_f16_f16_kernels},
      {"depthwise_f32_f32", depthwise_f32_f32_kernels},
      {"convolution_u8_b1", convolution_u8_b1_kernels},
      {"convolution_s8_s8", convolution_s8_s8_kernels},
      {"convolution_s8_s4", convolution_s8_s4_kernels},
      {"convolution_f16_f16", convolution_f16_f16_kernels},
      {"convolution_f32_f32", convolution_f32_f32_kernels},
      {"convolution_f32_ordered", convolution_f32_ordered_kernels},
  };
  return {kTables, sizeof(kTables) / sizeof(kTables[0])};
}

}  // namespace bitplace::cuda
