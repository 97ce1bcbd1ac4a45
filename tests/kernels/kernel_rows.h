// The rows of a kernel table that a test compares, and guarded memory with a type.
#pragma once

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/common/kernel.h"
#include "kernels/guarded_memory.h"

namespace bitplace::test {

template <typename Row>
const Row& reference_row(KernelTable<Row> table) {
  return *table.rows[table.count - 1];
}

// All rows but the reference that this CPU can run. The others are named.
template <typename Row>
std::vector<const Row*> runnable_rows(KernelTable<Row> table) {
  REQUIRE(reference_row(table).features == 0);
  std::vector<const Row*> rows;
  for (std::size_t i = 0; i + 1 < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) == 0) {
      rows.push_back(table.rows[i]);
    } else {
      std::printf("SKIPPED %s: this CPU lacks an instruction set\n", table.rows[i]->name);
    }
  }
  return rows;
}

// A copy of `values` that nobody may write; `tail` bytes behind it may be read.
template <typename T>
class GuardedInput {
 public:
  GuardedInput(const std::vector<T>& values, std::size_t tail, Placement placement)
      : memory_(values.size() * sizeof(T), tail, sizeof(T), placement) {
    memory_.copy_from(values.data());
    memory_.make_read_only();
  }
  const T* data() const { return reinterpret_cast<const T*>(memory_.data()); }

 private:
  GuardedMemory memory_;
};

// Room for `count` values.
template <typename T>
class GuardedOutput {
 public:
  GuardedOutput(std::size_t count, std::size_t tail, Placement placement)
      : memory_(count * sizeof(T), tail, sizeof(T), placement) {}
  T* data() { return reinterpret_cast<T*>(memory_.data()); }
  bool intact() const { return memory_.intact(); }
  // Bit for bit: floats too.
  bool holds(const std::vector<T>& values) const {
    return std::memcmp(memory_.data(), values.data(), values.size() * sizeof(T)) == 0;
  }

 private:
  GuardedMemory memory_;
};

inline constexpr Placement kPlacements[] = {Placement::against_end, Placement::against_start};

}  // namespace bitplace::test
