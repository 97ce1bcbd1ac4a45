// Every place scored for several queries at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/descriptor.h"
#include "bitplace/executor.h"
#include "kernels/distance/distance.h"
#include "map/place_storage.h"

namespace bitplace {

// Places that fit into half of a second-level cache of 1 MiB, in whole steps of the distance kernels.
std::int64_t places_per_block(std::size_t descriptor_bytes);

// Scores of the first `size` places: `size` floats for the first query, then for the next. Descriptors have
// passed check_descriptor. Without an executor the calling thread does it all.
//
// One query alone reads every place from memory. Here a block of places stays in the cache while all queries
// of a group pass over it; a thread takes one block at a time. The same kernel compares the same pairs, so
// the scores are the same bytes.
void score_batch(const DescriptorSpec& spec, const DistanceKernel& kernel, const PlaceStorage& storage,
                 std::int64_t size, const DescriptorView* queries, std::int64_t query_count, float* out,
                 Executor* executor);

}  // namespace bitplace
