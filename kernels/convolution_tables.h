// All convolution tables with what they take: the one list behind plans, tests and benchmarks.
#pragma once

#include <string_view>

#include "bitplace/tensor.h"
#include "kernels/common/convolution.h"

namespace bitplace {

struct ConvolutionTable {
  const char* name;
  DataType activation;  // s8 stands for u8 and s8
  DataType weight;
  bool depthwise;  // groups == input_channels == output_channels
  KernelTable<ConvolutionKernel> (*rows)();
};

struct ConvolutionTableList {
  const ConvolutionTable* tables;
  std::size_t count;

  const ConvolutionTable* begin() const { return tables; }
  const ConvolutionTable* end() const { return tables + count; }
};
ConvolutionTableList convolution_tables();

// Null where no table has that name.
const ConvolutionTable* find_convolution_table(std::string_view name);

}  // namespace bitplace
