// Choosing a row of a kernel table. For baseline code only: templates here must not be instantiated in a file
// that is compiled for a higher instruction set.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Whether a CPU with these features can run the kernel, fast or not.
inline bool can_run(IsaFeatures kernel, IsaFeatures cpu) {
  return (kernel & ~isa_feature::tuning & ~cpu) == 0;
}

// The first row whose features are all active and that `accepts` agrees to. Never null for a table that ends
// with a reference row accepting everything.
template <typename Row, typename Accepts>
const Row* select_kernel(KernelTable<Row> table, IsaFeatures active, Accepts accepts) {
  for (std::size_t i = 0; i < table.count; ++i) {
    const Row* row = table.rows[i];
    if ((row->features & ~active) == 0 && accepts(*row)) return row;
  }
  return nullptr;
}

template <typename Row>
const Row* select_kernel(KernelTable<Row> table, IsaFeatures active) {
  return select_kernel(table, active, [](const Row&) { return true; });
}

}  // namespace bitplace
