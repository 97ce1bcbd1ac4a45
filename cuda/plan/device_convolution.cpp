#include "cuda/plan/device_convolution.h"

#include "cuda/common/architecture.h"
#include "plan/convolution_layer.h"

namespace bitplace::cuda {
namespace {

const DeviceConvolutionTable* find_table(const std::string& name) {
  for (const DeviceConvolutionTable& table : device_convolution_tables()) {
    if (name == table.name) return &table;
  }
  return nullptr;
}

// "row (another shape)", without what stands before the name's "__".
std::string reason(const DeviceKernel& row, int architecture) {
  const std::string name = row.name;
  const bool runs = runs_on(row, architecture);
  return name.substr(name.find("__") + 2) +
         (runs ? " (another shape)" : " (not on " + architecture_name(architecture) + ")");
}

}  // namespace

const DeviceConvolutionKernel* choose_convolution(const Graph& graph, const Node& node,
                                                  const ConvolutionProblem& problem, int architecture,
                                                  std::string* passed_over) {
  const DeviceConvolutionTable* table = find_table(convolution_table(graph, node)->name);
  if (table == nullptr) return nullptr;
  const KernelTable<DeviceConvolutionKernel> rows = table->rows();
  for (std::size_t i = 0; i < rows.count; ++i) {
    const DeviceConvolutionKernel& row = *rows.rows[i];
    if (runs_on(row.kernel, architecture) && row.accepts(problem, architecture)) return &row;
    *passed_over += (passed_over->empty() ? "" : ", ") + reason(row.kernel, architecture);
  }
  return nullptr;
}

}  // namespace bitplace::cuda
