#include "plan/arena_layout.h"

#include <string>

#include "core/error.h"
#include "kernels/common/kernel.h"
#include "plan/value_layout.h"

namespace bitplace {

ArenaLayout::ArenaLayout(const Graph& graph, std::int64_t batch)
    : graph_(graph),
      batch_(static_cast<std::size_t>(batch)),
      buffer_of_value_(graph.values.size(), kNoBuffer) {}

void ArenaLayout::write(ValueId value, int stage) {
  buffer_of_value_[index(value)] = add(batch_ * value_bytes(graph_.values[index(value)]), stage, stage);
}

void ArenaLayout::alias(ValueId value, ValueId source) {
  buffer_of_value_[index(value)] = buffer_of_value_[index(source)];
}

void ArenaLayout::read(ValueId value, int stage) {
  requests_[buffer_of_value_[index(value)]].last = stage;
}

std::size_t ArenaLayout::add_scratch(std::size_t bytes, int stage) {
  return bytes == 0 ? kNoBuffer : add(bytes, stage, stage);
}

Status ArenaLayout::place(std::size_t most_bytes) {
  plan_ = plan_memory(requests_);
  if (has_overlap(requests_, plan_))
    return make_error(ErrorCode::internal, "plan", "two live buffers overlap");
  if (plan_.total_bytes > most_bytes) {
    return make_error(ErrorCode::out_of_memory, "plan",
                      "the model needs " + std::to_string(plan_.total_bytes) + " bytes while running");
  }
  return {};
}

std::size_t ArenaLayout::offset(ValueId value) const {
  return plan_.offsets[buffer_of_value_[index(value)]];
}

std::size_t ArenaLayout::scratch_offset(std::size_t buffer) const {
  return buffer == kNoBuffer ? 0 : plan_.offsets[buffer];
}

std::size_t ArenaLayout::add(std::size_t bytes, int first, int last) {
  requests_.push_back({bytes + kTailPad, first, last});
  return requests_.size() - 1;
}

}  // namespace bitplace
