// Times exact searches of a place map on this machine.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/executor.h"
#include "bitplace/result.h"
#include "sizing/search_time.h"

namespace bitplace::tools {

// For each dimension two maps are searched, one of `bytes` of descriptors and one of half as many, each
// several times; the median counts. With `bytes` well above the caches' that is the cost of reading places
// from memory. An executor, where given, shares a search's work. `advance` is called after each map.
Result<std::vector<SearchMeasurement>> measure_searches(DescriptorType type,
                                                        std::span<const std::int32_t> dimensions,
                                                        std::int64_t bytes, Executor* executor,
                                                        const std::function<void()>& advance);

inline constexpr int kMapsPerDimension = 2;

}  // namespace bitplace::tools
