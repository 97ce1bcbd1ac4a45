#include "kernels/convolution_tables.h"

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_f16_f16/convolution_f16_f16.h"
#include "kernels/convolution_f32_f32/convolution_f32_f32.h"
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.h"
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/depthwise_f16_f16/depthwise_f16_f16.h"
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.h"
#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"

namespace bitplace {

ConvolutionTableList convolution_tables() {
  static constexpr ConvolutionTable kTables[] = {
      {"convolution_b1_b1", DataType::b1, DataType::b1, false, convolution_b1_b1_kernels},
      {"convolution_u8_b1", DataType::u8, DataType::b1, false, convolution_u8_b1_kernels},
      {"convolution_s8_s4", DataType::s8, DataType::s4, false, convolution_s8_s4_kernels},
      {"convolution_s8_s8", DataType::s8, DataType::s8, false, convolution_s8_s8_kernels},
      {"convolution_f16_f16", DataType::f16, DataType::f16, false, convolution_f16_f16_kernels},
      {"convolution_f32_f32", DataType::f32, DataType::f32, false, convolution_f32_f32_kernels},
      {"convolution_f32_ordered", DataType::f32, DataType::f32, false, convolution_f32_ordered_kernels},
      {"depthwise_s8_s8", DataType::s8, DataType::s8, true, depthwise_s8_s8_kernels},
      {"depthwise_f16_f16", DataType::f16, DataType::f16, true, depthwise_f16_f16_kernels},
      {"depthwise_f32_f32", DataType::f32, DataType::f32, true, depthwise_f32_f32_kernels},
  };
  return {kTables, sizeof(kTables) / sizeof(kTables[0])};
}

const ConvolutionTable* find_convolution_table(std::string_view name) {
  for (const ConvolutionTable& table : convolution_tables()) {
    if (name == table.name) return &table;
  }
  return nullptr;
}

}  // namespace bitplace
