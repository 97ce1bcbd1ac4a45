// Places buffers with known lifetimes in one arena.
#pragma once

#include <cstddef>
#include <vector>

namespace bitplace {

// A buffer that is in use during steps first..last, both included.
struct BufferRequest {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // one per request, multiples of kAlignment
  std::size_t total_bytes = 0;
};

// Greedy by size: the largest buffer first, each at the lowest offset where it overlaps no placed buffer that
// is alive at the same time. Sizes are rounded up to kAlignment.
MemoryPlan plan_memory(const std::vector<BufferRequest>& requests);

// True if two buffers that are alive at the same time share a byte: the proof that plan_memory must pass, run
// on every plan before it is used.
bool has_overlap(const std::vector<BufferRequest>& requests, const MemoryPlan& plan);

}  // namespace bitplace
