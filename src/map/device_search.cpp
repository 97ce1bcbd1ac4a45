#include "bitplace/device_search.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "core/error.h"
#include "cuda/plan/device_name.h"
#include "map/device_search_implementation.h"
#include "map/place_map_state.h"
#include "map/scorer.h"

namespace bitplace {
namespace {

Result<std::shared_ptr<cuda::Device>> open_named(const char* name) {
  BITPLACE_ASSIGN(device, cuda::parse_device_name(name));
  if (device.kind != cuda::DeviceName::Kind::gpu) {
    return make_error(ErrorCode::invalid_argument,
                      "device '" + std::string(name != nullptr ? name : "cpu") + "'",
                      "a search needs a GPU of this machine, cuda or cuda:N; on the CPU a PlaceMap searches");
  }
  return cuda::open_device(device.number);
}

Error wrong_count(int count, const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "query",
                    std::to_string(count) + " matches were asked for" + why);
}

}  // namespace

Result<cuda::SearchShape> DeviceSearch::Implementation::shape_of(const PlaceMap& map,
                                                                 const DeviceSearchOptions& options) {
  if (map.state_ == nullptr) return make_error(ErrorCode::out_of_memory, "place map", "out of memory");
  BITPLACE_TRY(map.state_->failure);
  if (options.count < 1) return wrong_count(options.count, "");
  const std::int64_t places = map.size();
  const cuda::SearchShape shape{map.spec(), places, options.batch,
                                std::min<std::int64_t>(options.count, places)};
  BITPLACE_TRY(cuda::check_search_shape(shape));
  return shape;
}

Result<std::unique_ptr<DeviceSearch::Implementation>> DeviceSearch::Implementation::create(
    const PlaceMap& map, const DeviceSearchOptions& options, std::shared_ptr<cuda::Device> device) {
  BITPLACE_ASSIGN(shape, shape_of(map, options));
  auto result = std::make_unique<Implementation>();
  result->device = device->name();
  const PlaceStorage& storage = map.state_->storage;
  result->ids.reserve(static_cast<std::size_t>(shape.places));
  storage.for_each_block(0, shape.places, shape.places, [&](const PlaceBlock& block) {
    result->ids.insert(result->ids.end(), block.ids, block.ids + block.count);
  });
  BITPLACE_ASSIGN(search, cuda::PlaceSearch::create(std::move(device), shape, storage));
  result->search = std::move(search);
  return result;
}

Result<std::int32_t> DeviceSearch::Implementation::matches_of(int count) const {
  if (count < 1) return wrong_count(count, "");
  const cuda::SearchShape& shape = search->shape();
  const std::int64_t best = std::min<std::int64_t>(count, shape.places);
  if (best > shape.best) {
    return wrong_count(count, ", the search was made for at most " + std::to_string(shape.best));
  }
  return static_cast<std::int32_t>(best);
}

Status DeviceSearch::Implementation::find(std::span<const DescriptorView> queries, std::int32_t best,
                                          Match* matches) {
  if (best == 0) return {};
  while (!queries.empty()) {
    const auto count = std::min(queries.size(), static_cast<std::size_t>(search->shape().batch));
    BITPLACE_ASSIGN(found, search->find(queries.first(count), best));
    for (const cuda::FoundPlace& place : found) {
      *matches++ = {ids[static_cast<std::size_t>(place.index)], place.index,
                    score_of_key(search->shape().spec, place.key)};
    }
    queries = queries.subspan(count);
  }
  return {};
}

DeviceSearch::DeviceSearch(std::unique_ptr<Implementation> implementation) noexcept
    : implementation_(std::move(implementation)) {}
DeviceSearch::DeviceSearch(DeviceSearch&&) noexcept = default;
DeviceSearch& DeviceSearch::operator=(DeviceSearch&&) noexcept = default;
DeviceSearch::~DeviceSearch() = default;

Result<std::size_t> DeviceSearch::memory_bytes(const PlaceMap& map,
                                               const DeviceSearchOptions& options) noexcept {
  return guarded([&]() -> Result<std::size_t> {
    BITPLACE_ASSIGN(shape, Implementation::shape_of(map, options));
    return cuda::SearchLayout(shape).total_bytes;
  });
}

Result<DeviceSearch> DeviceSearch::create(const PlaceMap& map, const DeviceSearchOptions& options) noexcept {
  return guarded([&]() -> Result<DeviceSearch> {
    BITPLACE_TRY(Implementation::shape_of(map, options));
    BITPLACE_ASSIGN(device, open_named(options.device));
    BITPLACE_ASSIGN(implementation, Implementation::create(map, options, std::move(device)));
    return DeviceSearch(std::move(implementation));
  });
}

const DescriptorSpec& DeviceSearch::spec() const noexcept {
  return implementation_->search->shape().spec;
}
std::int64_t DeviceSearch::size() const noexcept {
  return implementation_->search->shape().places;
}
std::size_t DeviceSearch::memory_bytes() const noexcept {
  return implementation_->search->memory_bytes();
}
const char* DeviceSearch::device() const noexcept {
  return implementation_->device.c_str();
}

Matches DeviceSearch::query(const DescriptorView& descriptor, int count) noexcept {
  auto found = guarded([&]() -> Result<std::vector<Match>> {
    BITPLACE_ASSIGN(best, implementation_->matches_of(count));
    BITPLACE_TRY(check_descriptor(spec(), descriptor));
    std::vector<Match> matches(static_cast<std::size_t>(best));
    BITPLACE_TRY(implementation_->find({&descriptor, 1}, best, matches.data()));
    return matches;
  });
  return found.ok() ? Matches(*std::move(found)) : Matches(found.error());
}

Status DeviceSearch::query(const DescriptorView* queries, std::int64_t query_count, int count, Match* matches,
                           std::int64_t room) noexcept {
  return guarded([&]() -> Status {
    if (query_count < 0 || (queries == nullptr && query_count > 0)) {
      return make_error(ErrorCode::invalid_argument, "query", std::to_string(query_count) + " queries");
    }
    BITPLACE_ASSIGN(best, implementation_->matches_of(count));
    const bool fits = best == 0 ? room == 0 : room % best == 0 && room / best == query_count;
    if (!fits || (matches == nullptr && room > 0)) {
      return make_error(ErrorCode::invalid_argument, "query",
                        "room for " + std::to_string(room) + " matches; there are " + std::to_string(best) +
                            " of each of " + std::to_string(query_count) + " queries");
    }
    for (std::int64_t i = 0; i < query_count; ++i) {
      const Status checked = check_descriptor(spec(), queries[i]);
      if (!checked.ok()) return with_context(checked.error(), "query " + std::to_string(i));
    }
    return implementation_->find({queries, static_cast<std::size_t>(query_count)}, best, matches);
  });
}

}  // namespace bitplace
