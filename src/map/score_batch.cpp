#include "map/score_batch.h"

#include <algorithm>
#include <vector>

#include "map/scorer.h"

namespace bitplace {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{512} << 10;
constexpr std::int64_t kKernelStep = 4;

// Bounds the memory for scorers, whatever the number of queries.
constexpr std::int64_t kQueriesPerGroup = 64;

struct BatchTask {
  const PlaceStorage& storage;
  std::int64_t size;
  std::int64_t block_places;
  const std::vector<Scorer>& scorers;
  float* out;

  static void run(std::int64_t block, void* context) {
    const auto& task = *static_cast<const BatchTask*>(context);
    const std::int64_t begin = block * task.block_places;
    const std::int64_t end = begin + std::min(task.block_places, task.size - begin);
    task.storage.for_each_block(begin, end, task.block_places, [&](const PlaceBlock& places) {
      float* row = task.out;
      for (const Scorer& scorer : task.scorers) {
        scorer.scores(places, row + places.first);
        row += task.size;
      }
    });
  }
};

}  // namespace

std::int64_t places_per_block(std::size_t descriptor_bytes) {
  const auto fitting = static_cast<std::int64_t>(kBlockBytes / descriptor_bytes);
  return std::clamp(fitting / kKernelStep * kKernelStep, kKernelStep, Scorer::kMaxBlock);
}

void score_batch(const DescriptorSpec& spec, const DistanceKernel& kernel, const PlaceStorage& storage,
                 std::int64_t size, const DescriptorView* queries, std::int64_t query_count, float* out,
                 Executor* executor) {
  const std::int64_t block_places = places_per_block(spec.bytes());
  const std::int64_t blocks = size / block_places + (size % block_places != 0 ? 1 : 0);
  std::vector<Scorer> scorers;
  scorers.reserve(static_cast<std::size_t>(std::min(query_count, kQueriesPerGroup)));
  for (std::int64_t first = 0; first < query_count; first += kQueriesPerGroup) {
    const std::int64_t count = std::min(kQueriesPerGroup, query_count - first);
    scorers.clear();
    for (std::int64_t i = 0; i < count; ++i)
      scorers.emplace_back(spec, kernel, queries[first + i].data);
    BatchTask task{storage, size, block_places, scorers, out + first * size};
    if (executor != nullptr) {
      executor->parallel_for(blocks, BatchTask::run, &task);
    } else {
      for (std::int64_t block = 0; block < blocks; ++block)
        BatchTask::run(block, &task);
    }
  }
}

}  // namespace bitplace
