#include "plan/memory_planner.h"

#include <algorithm>
#include <numeric>

#include "kernels/common/kernel.h"

namespace bitplace {
namespace {

std::size_t rounded(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

bool alive_together(const BufferRequest& a, const BufferRequest& b) {
  return a.first <= b.last && b.first <= a.last;
}

struct Interval {
  std::size_t begin;
  std::size_t end;
};

std::size_t lowest_gap(std::vector<Interval>& taken, std::size_t bytes) {
  std::sort(taken.begin(), taken.end(),
            [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::size_t offset = 0;
  for (const Interval& interval : taken) {
    if (interval.begin >= offset + bytes) break;
    offset = std::max(offset, interval.end);
  }
  return offset;
}

}  // namespace

MemoryPlan plan_memory(const std::vector<BufferRequest>& requests) {
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return requests[a].bytes > requests[b].bytes; });
  MemoryPlan plan;
  plan.offsets.resize(requests.size());
  std::vector<std::size_t> placed;
  for (const std::size_t index : order) {
    const std::size_t bytes = rounded(requests[index].bytes);
    std::vector<Interval> taken;
    for (const std::size_t other : placed) {
      if (!alive_together(requests[index], requests[other])) continue;
      taken.push_back({plan.offsets[other], plan.offsets[other] + rounded(requests[other].bytes)});
    }
    plan.offsets[index] = lowest_gap(taken, bytes);
    plan.total_bytes = std::max(plan.total_bytes, plan.offsets[index] + bytes);
    placed.push_back(index);
  }
  return plan;
}

bool has_overlap(const std::vector<BufferRequest>& requests, const MemoryPlan& plan) {
  for (std::size_t a = 0; a < requests.size(); ++a) {
    for (std::size_t b = a + 1; b < requests.size(); ++b) {
      if (!alive_together(requests[a], requests[b])) continue;
      const bool apart = plan.offsets[a] + requests[a].bytes <= plan.offsets[b] ||
                         plan.offsets[b] + requests[b].bytes <= plan.offsets[a];
      if (!apart) return true;
    }
  }
  return false;
}

}  // namespace bitplace
