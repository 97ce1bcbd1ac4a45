#include "kernels/average_pool/average_pool.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const AveragePoolKernel symbol;
#include "kernels/average_pool/average_pool.inc"
#undef BITPLACE_KERNEL

KernelTable<AveragePoolKernel> average_pool_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const AveragePoolKernel* kRows[] = {
#include "kernels/average_pool/average_pool.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

std::int64_t average_pool_tasks(const AveragePoolProblem& problem) {
  if (problem.output_height > 1 || problem.output_width > 1) return problem.output_height;
  return (problem.channels + kAveragePoolChannels - 1) / kAveragePoolChannels;
}

}  // namespace bitplace
