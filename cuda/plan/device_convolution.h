// Convolutions on a device: which table, which row, and its constants.
#pragma once

#include <string>

#include "cuda/common/convolution.h"
#include "graph/graph.h"
#include "kernels/common/kernel.h"

namespace bitplace::cuda {

struct DeviceConvolutionTable {
  const char* name;  // of the CPU's table, whose weights it takes
  KernelTable<DeviceConvolutionKernel> (*rows)();
};

struct DeviceConvolutionTableList {
  const DeviceConvolutionTable* tables;
  std::size_t count;

  const DeviceConvolutionTable* begin() const { return tables; }
  const DeviceConvolutionTable* end() const { return tables + count; }
};
DeviceConvolutionTableList device_convolution_tables();

// The first row of the node's table that runs on the architecture and accepts the problem, or null.
// `passed_over` says why those before it were not taken.
const DeviceConvolutionKernel* choose_convolution(const Graph& graph, const Node& node,
                                                  const ConvolutionProblem& problem, int architecture,
                                                  std::string* passed_over);

}  // namespace bitplace::cuda
