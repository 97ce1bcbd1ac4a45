#include "bitplace/place_map.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"
#include "kernels/common/select.h"
#include "kernels/distance/distance.h"
#include "map/best_places.h"
#include "map/map_file.h"
#include "map/place_map_state.h"
#include "map/place_storage.h"
#include "map/score_batch.h"
#include "map/scorer.h"

namespace bitplace {

namespace {

Error out_of_memory() {
  return {ErrorCode::out_of_memory, "place map: out of memory"};
}

Status check_room(const float* out, std::int64_t count, std::int64_t size) {
  if (count == size && (out != nullptr || count == 0)) return {};
  return make_error(ErrorCode::invalid_argument, "scores",
                    "room for " + std::to_string(count) + " scores, the map has " + std::to_string(size));
}

// Offers every place of [begin, end) to `best`. Allocates nothing.
void search(const PlaceStorage& storage, const Scorer& scorer, std::int64_t begin, std::int64_t end,
            BestPlaces* best) {
  float keys[Scorer::kMaxBlock];
  storage.for_each_block(begin, end, Scorer::kMaxBlock, [&](const PlaceBlock& block) {
    scorer.keys_from_memory(block, keys);
    for (std::int64_t i = 0; i < block.count; ++i) {
      if (best->accepts(keys[i])) best->add({keys[i], block.first + i, block.ids[i]});
    }
  });
}

struct SearchTask {
  const PlaceStorage& storage;
  const Scorer& scorer;
  std::int64_t size;
  std::vector<BestPlaces> parts;

  static void run(std::int64_t part, void* context) {
    auto& task = *static_cast<SearchTask*>(context);
    const auto count = static_cast<std::int64_t>(task.parts.size());
    search(task.storage, task.scorer, first_of(task.size, part, count), first_of(task.size, part + 1, count),
           &task.parts[static_cast<std::size_t>(part)]);
  }
  // Quotient and remainder apart: size * part could overflow.
  static std::int64_t first_of(std::int64_t size, std::int64_t part, std::int64_t count) {
    return size / count * part + std::min(part, size % count);
  }
};

std::vector<Match> best_matches(std::vector<Candidate> candidates, std::size_t count, const Scorer& scorer) {
  const std::size_t kept = std::min(count, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates.end(), is_better);
  std::vector<Match> matches;
  matches.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const Candidate& candidate = candidates[i];
    matches.push_back({candidate.id, candidate.index, scorer.score(candidate.key)});
  }
  return matches;
}

// Below this many places a part costs more to hand out than to search.
constexpr std::int64_t kFewestPlacesPerPart = 1024;

std::vector<Match> find(const PlaceStorage& storage, const Scorer& scorer, int count, Executor* executor) {
  const std::int64_t size = storage.size();
  const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(count, size));
  std::int64_t parts = executor != nullptr ? executor->concurrency() : 1;
  parts = std::clamp<std::int64_t>(size / kFewestPlacesPerPart, 1, std::max<std::int64_t>(1, parts));
  SearchTask task{storage, scorer, size, {}};
  task.parts.reserve(static_cast<std::size_t>(parts));
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t places = size / parts + 1;
    task.parts.emplace_back(std::min(wanted, static_cast<std::size_t>(places)));
  }
  if (parts > 1) {
    executor->parallel_for(parts, SearchTask::run, &task);
  } else {
    SearchTask::run(0, &task);
  }
  std::vector<Candidate> candidates;
  for (const BestPlaces& part : task.parts)
    candidates.insert(candidates.end(), part.candidates().begin(), part.candidates().end());
  return best_matches(std::move(candidates), wanted, scorer);
}

Matches to_matches(Result<std::vector<Match>> result) {
  return result.ok() ? Matches(*std::move(result)) : Matches(result.error());
}

}  // namespace

PlaceMap::PlaceMap(const DescriptorSpec& spec) noexcept {
  const Status made = guarded([&]() -> Status {
    state_ = std::make_unique<State>(spec);
    return {};
  });
  if (!made.ok()) return;
  state_->failure = guarded([&]() -> Status {
    BITPLACE_TRY(check_spec(spec));
    BITPLACE_ASSIGN(features, active_features());
    state_->kernel = select_kernel(distance_kernels(), features);
    return {};
  });
}

PlaceMap::PlaceMap(PlaceMap&&) noexcept = default;
PlaceMap& PlaceMap::operator=(PlaceMap&&) noexcept = default;
PlaceMap::~PlaceMap() = default;

Result<PlaceMap> PlaceMap::open(const char* path) noexcept {
  return guarded([&]() -> Result<PlaceMap> {
    if (path == nullptr) return make_error(ErrorCode::invalid_argument, "place map", "no path");
    BITPLACE_ASSIGN(loaded, load_map(path));
    PlaceMap map(loaded.spec);
    if (map.state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(map.state_->failure);
    BITPLACE_TRY(map.state_->storage.adopt(std::move(loaded.memory), loaded.places));
    return map;
  });
}

Status PlaceMap::save(const char* path) const noexcept {
  return guarded([&]() -> Status {
    if (state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(state_->failure);
    if (path == nullptr) return make_error(ErrorCode::invalid_argument, "place map", "no path");
    return save_map(path, state_->spec, state_->storage, size());
  });
}

const DescriptorSpec& PlaceMap::spec() const noexcept {
  static const DescriptorSpec kNone{};
  return state_ != nullptr ? state_->spec : kNone;
}

std::int64_t PlaceMap::size() const noexcept {
  return state_ != nullptr ? state_->storage.size() : 0;
}

std::size_t PlaceMap::memory_bytes() const noexcept {
  return state_ != nullptr ? sizeof(State) + state_->storage.memory_bytes() : 0;
}

Status PlaceMap::add(const DescriptorView& descriptor, std::int64_t id) noexcept {
  return guarded([&]() -> Status {
    if (state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(state_->failure);
    BITPLACE_TRY(check_descriptor(state_->spec, descriptor));
    return state_->storage.append(descriptor.data, id, descriptor_norm(state_->spec, descriptor.data));
  });
}

Matches PlaceMap::query(const DescriptorView& descriptor, int count) const noexcept {
  return query_with(descriptor, count, nullptr);
}

Matches PlaceMap::query(const DescriptorView& descriptor, int count, Executor& executor) const noexcept {
  return query_with(descriptor, count, &executor);
}

Matches PlaceMap::query_with(const DescriptorView& descriptor, int count, Executor* executor) const noexcept {
  return to_matches(guarded([&]() -> Result<std::vector<Match>> {
    if (state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(state_->failure);
    if (count < 1) {
      return make_error(ErrorCode::invalid_argument, "query",
                        std::to_string(count) + " matches were asked for");
    }
    BITPLACE_TRY(check_descriptor(state_->spec, descriptor));
    const Scorer scorer(state_->spec, *state_->kernel, descriptor.data);
    return find(state_->storage, scorer, count, executor);
  }));
}

Status PlaceMap::scores(const DescriptorView& descriptor, float* out, std::int64_t count) const noexcept {
  return guarded([&]() -> Status {
    if (state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(state_->failure);
    BITPLACE_TRY(check_descriptor(state_->spec, descriptor));
    const std::int64_t size = state_->storage.size();
    BITPLACE_TRY(check_room(out, count, size));
    const Scorer scorer(state_->spec, *state_->kernel, descriptor.data);
    state_->storage.for_each_block(0, size, Scorer::kMaxBlock,
                                   [&](const PlaceBlock& block) { scorer.scores(block, out + block.first); });
    return {};
  });
}

Status PlaceMap::scores(const DescriptorView* queries, std::int64_t query_count, float* out,
                        std::int64_t count, Executor* executor) const noexcept {
  return guarded([&]() -> Status {
    if (state_ == nullptr) return out_of_memory();
    BITPLACE_TRY(state_->failure);
    if (query_count < 0 || (queries == nullptr && query_count > 0)) {
      return make_error(ErrorCode::invalid_argument, "scores", std::to_string(query_count) + " queries");
    }
    const std::int64_t size = state_->storage.size();
    BITPLACE_TRY(check_room(out, count, size));
    for (std::int64_t i = 0; i < query_count; ++i) {
      const Status checked = check_descriptor(state_->spec, queries[i]);
      if (!checked.ok()) return with_context(checked.error(), "query " + std::to_string(i));
    }
    score_batch(state_->spec, *state_->kernel, state_->storage, size, queries, query_count, out, executor);
    return {};
  });
}

}  // namespace bitplace
