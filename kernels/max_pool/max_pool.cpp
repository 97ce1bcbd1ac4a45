#include "kernels/max_pool/max_pool.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_s8.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_s8_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_s8.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_u8.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_u8_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_u8.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_s32.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_s32_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_s32.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_f16.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_f16_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_f16.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_f32.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_f32_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_f32.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

#define BITPLACE_KERNEL(symbol) extern const MaxPoolKernel symbol;
#include "kernels/max_pool/max_pool_b1.inc"
#undef BITPLACE_KERNEL

KernelTable<MaxPoolKernel> max_pool_b1_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MaxPoolKernel* kRows[] = {
#include "kernels/max_pool/max_pool_b1.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
