#include "cuda/common/emulate.h"

namespace bitplace::cuda {
namespace {

const EmulatedKernel*& first_kernel() {
  static const EmulatedKernel* first = nullptr;
  return first;
}

}  // namespace

EmulatedKernel::EmulatedKernel(const char* name, EmulateFunction function)
    : name_(name), function_(function), next_(first_kernel()) {
  first_kernel() = this;
}

EmulateFunction EmulatedKernel::find(const std::string& name) {
  for (const EmulatedKernel* kernel = first_kernel(); kernel != nullptr; kernel = kernel->next_) {
    if (name == kernel->name_) return kernel->function_;
  }
  return nullptr;
}

bool has_emulation(const DeviceKernel& kernel) {
  return EmulatedKernel::find(kernel.name) != nullptr;
}

void emulate(const DeviceKernel& kernel, const void* parameters, ThreadOrder order) {
  const EmulateFunction function = EmulatedKernel::find(kernel.name);
  if (function == nullptr) throw std::logic_error(std::string(kernel.name) + " has no emulation");
  function(parameters, order);
}

}  // namespace bitplace::cuda
