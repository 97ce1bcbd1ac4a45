#include "plan/memory_planner.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "kernels/common/kernel.h"
#include "support/random.h"

using namespace bitplace;

TEST_CASE("buffers that are never alive together share memory") {
  const std::vector<BufferRequest> requests = {{1000, 0, 1}, {1000, 2, 3}, {1000, 4, 5}};
  const MemoryPlan plan = plan_memory(requests);
  CHECK(plan.total_bytes == 1024);
  CHECK_FALSE(has_overlap(requests, plan));
}

TEST_CASE("buffers that are alive together lie apart") {
  const std::vector<BufferRequest> requests = {{100, 0, 2}, {200, 1, 3}, {300, 2, 4}};
  const MemoryPlan plan = plan_memory(requests);
  CHECK_FALSE(has_overlap(requests, plan));
  CHECK(plan.total_bytes == 128 + 256 + 320);
}

TEST_CASE("the overlap check finds a bad plan") {
  const std::vector<BufferRequest> requests = {{100, 0, 1}, {100, 1, 2}};
  CHECK(has_overlap(requests, {{0, 64}, 256}));
  CHECK_FALSE(has_overlap(requests, {{0, 128}, 256}));
  const std::vector<BufferRequest> apart_in_time = {{100, 0, 0}, {100, 1, 2}};
  CHECK_FALSE(has_overlap(apart_in_time, {{0, 0}, 128}));
}

TEST_CASE("random lifetimes: no two live buffers overlap, all lie aligned and inside") {
  test::Random random;
  for (int round = 0; round < 500; ++round) {
    std::vector<BufferRequest> requests;
    const std::int64_t count = random.integer(0, 40);
    for (std::int64_t i = 0; i < count; ++i) {
      const int first = static_cast<int>(random.integer(0, 30));
      requests.push_back({static_cast<std::size_t>(random.integer(1, 5000)), first,
                          first + static_cast<int>(random.integer(0, 5))});
    }
    const MemoryPlan plan = plan_memory(requests);
    CHECK_FALSE(has_overlap(requests, plan));
    std::size_t all = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      CHECK(plan.offsets[i] % kAlignment == 0);
      CHECK(plan.offsets[i] + requests[i].bytes <= plan.total_bytes);
      all += (requests[i].bytes + kAlignment - 1) / kAlignment * kAlignment;
    }
    CHECK(plan.total_bytes <= all);
  }
}
