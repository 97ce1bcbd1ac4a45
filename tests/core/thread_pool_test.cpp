#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "bitplace/executor.h"

using namespace bitplace;

namespace {

void count_visit(std::int64_t index, void* context) {
  static_cast<std::vector<std::atomic<int>>*>(context)->at(static_cast<std::size_t>(index)).fetch_add(1);
}

}  // namespace

TEST_CASE("parallel_for visits every index exactly once") {
  for (const int threads : {1, 2, 3, 7}) {
    const auto pool = create_thread_pool(threads);
    REQUIRE(pool.ok());
    CHECK((*pool)->concurrency() == threads);
    for (const std::int64_t count : {0, 1, 2, 5, 64, 1000}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      (*pool)->parallel_for(count, count_visit, &visits);
      for (const auto& visit : visits)
        CHECK(visit.load() == 1);
    }
  }
}

TEST_CASE("a pool works again after its workers have parked") {
  const auto pool = create_thread_pool(2);
  REQUIRE(pool.ok());
  for (int round = 0; round < 3; ++round) {
    std::vector<std::atomic<int>> visits(10);
    (*pool)->parallel_for(10, count_visit, &visits);
    for (const auto& visit : visits)
      CHECK(visit.load() == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TEST_CASE("an impossible number of threads is an error") {
  CHECK(create_thread_pool(0).error().code() == ErrorCode::invalid_argument);
  CHECK(create_thread_pool(-1).error().code() == ErrorCode::invalid_argument);
  CHECK(create_thread_pool(1 << 20).error().code() == ErrorCode::invalid_argument);
}
