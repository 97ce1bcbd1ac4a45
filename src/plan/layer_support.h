// What planning any layer needs: its values, its kernel and how far its work is split.
#pragma once

#include <algorithm>
#include <string>

#include "kernels/common/select.h"
#include "plan/layer.h"

namespace bitplace {

inline const Value& input_of(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.inputs[0])];
}
inline const Value& output_of(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.output)];
}

inline std::int64_t pixels_of(const Value& value) {
  return value.shape[1] * value.shape[2];
}
inline std::int32_t channels_of(const Value& value) {
  return static_cast<std::int32_t>(value.shape[3]);
}

// Work of so many elements is split, into `most` parts at the utmost, only where a part outweighs the
// hand-over between threads.
inline std::int64_t parts_for(std::int64_t work, std::int64_t most) {
  constexpr std::int64_t kElementsPerPart = 32768;
  return std::clamp<std::int64_t>(work / kElementsPerPart, 1, most);
}

// The lowest tier that has every feature the kernel needs to run.
inline const char* needed_tier(IsaFeatures features) {
  const IsaFeatures needed = features & ~isa_feature::tuning;
  for (const IsaTier& tier : isa_tiers()) {
    if ((needed & ~tier.features) == 0) return tier.name;
  }
  return isa_name(needed);
}

// Records the kernel; a reference kernel counts as a slow path wherever the CPU offered more.
template <typename Kernel>
void name_kernel(PlannedLayer& layer, const Kernel& kernel, IsaFeatures features) {
  layer.info.kernel = kernel.name;
  layer.info.isa = needed_tier(kernel.features);
  layer.info.reference = kernel.features == 0 && features != 0;
}

// Why each row before the chosen one was not taken.
template <typename Kernel>
std::string passed_over_text(KernelTable<Kernel> table, const Kernel* chosen, IsaFeatures features) {
  std::string text;
  for (std::size_t i = 0; i < table.count && table.rows[i] != chosen; ++i) {
    const Kernel& row = *table.rows[i];
    const std::string name = row.name;
    std::string reason = "another shape";
    if (!can_run(row.features, features)) {
      reason = std::string("needs ") + needed_tier(row.features);
    } else if ((row.features & ~features) != 0) {
      reason = "slow on this CPU";
    }
    text += (text.empty() ? "" : ", ") + name.substr(name.find("__") + 2) + " (" + reason + ")";
  }
  return text;
}

// Chooses by features and `accepts`, and records the choice.
template <typename Kernel, typename Accepts>
const Kernel* choose(PlannedLayer& layer, KernelTable<Kernel> table, IsaFeatures features, Accepts accepts) {
  const Kernel* kernel = select_kernel(table, features, accepts);
  name_kernel(layer, *kernel, features);
  layer.info.passed_over = passed_over_text(table, kernel, features);
  return kernel;
}

template <typename Kernel>
const Kernel* choose(PlannedLayer& layer, KernelTable<Kernel> table, IsaFeatures features) {
  return choose(layer, table, features, [](const Kernel&) { return true; });
}

inline std::string window_text(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + "x" + std::to_string(width);
}

// Constants of layer normalisation lie one behind the other, each aligned.
inline std::size_t layer_norm_constant_bytes(std::int64_t channels) {
  const std::size_t bytes = static_cast<std::size_t>(channels) * sizeof(float);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace bitplace
