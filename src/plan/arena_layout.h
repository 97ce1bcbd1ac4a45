// What an arena must hold and when: a plan's values and scratch, placed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "plan/memory_planner.h"

namespace bitplace {

// Stage 0 is the preprocessing, stage i + 1 the i-th planned layer.
class ArenaLayout {
 public:
  static constexpr std::size_t kNoBuffer = std::numeric_limits<std::size_t>::max();

  // Values are those of `batch` images, one behind another.
  explicit ArenaLayout(const Graph& graph, std::int64_t batch = 1);

  void write(ValueId value, int stage);
  // A reshaped value is its input's memory.
  void alias(ValueId value, ValueId source);
  void read(ValueId value, int stage);
  // Scratch is in use during one stage only; kNoBuffer for none.
  std::size_t add_scratch(std::size_t bytes, int stage);

  // Error: out_of_memory beyond `most_bytes`.
  Status place(std::size_t most_bytes);

  std::size_t offset(ValueId value) const;
  std::size_t scratch_offset(std::size_t buffer) const;
  std::size_t total_bytes() const { return plan_.total_bytes; }

 private:
  static std::size_t index(ValueId value) { return static_cast<std::size_t>(value); }
  std::size_t add(std::size_t bytes, int first, int last);

  const Graph& graph_;
  std::size_t batch_;
  std::vector<std::size_t> buffer_of_value_;
  std::vector<BufferRequest> requests_;
  MemoryPlan plan_;
};

}  // namespace bitplace
