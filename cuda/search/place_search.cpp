#include "cuda/search/place_search.h"

#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "cuda/common/batched_call.h"
#include "cuda/search/search_kernels.h"
#include "cuda/search/search_rows.h"
#include "map/scorer.h"

namespace bitplace::cuda {
namespace {

constexpr std::size_t kPartAlignment = 256;
// Places are brought into the device's layout by so many bytes at a time.
constexpr std::size_t kStagedBytes = std::size_t{4} << 20;
// Places are numbered in 32 bits (top_k.h).
constexpr std::int64_t kMostPlaces = (std::int64_t{1} << 32) - 1;

// Parts of a piece of memory, one behind another.
class Parts {
 public:
  // Returns the offset of `count` elements of so many bytes.
  std::size_t add(std::size_t count, std::size_t bytes) {
    const std::size_t offset = end_;
    end_ = round_up(end_ + count * bytes, kPartAlignment);
    return offset;
  }
  std::size_t bytes() const { return end_; }

 private:
  std::size_t end_ = 0;
};

const DeviceKernel& distance_row(DescriptorType type) {
  switch (type) {
    case DescriptorType::bits:
      return hamming__sixteen_threads;
    case DescriptorType::s8:
      return dot_s8__sixteen_threads;
    default:
      return dot_f32__sixteen_threads;
  }
}

std::size_t places_at_once(const SearchLayout& layout) {
  return larger<std::size_t>(1, kStagedBytes / layout.descriptor_stride);
}

}  // namespace

Status check_search_shape(const SearchShape& shape) {
  if (shape.batch < 1 || shape.batch > kMostBatch) {
    return make_error(
        ErrorCode::invalid_argument, "batch",
        std::to_string(shape.batch) + " queries at a time; a GPU takes 1 to " + std::to_string(kMostBatch));
  }
  if (shape.best > kLargestTopK) {
    return make_error(
        ErrorCode::unsupported, "device search",
        std::to_string(shape.best) + " matches; a GPU finds at most " + std::to_string(kLargestTopK));
  }
  if (shape.places > kMostPlaces) {
    return make_error(
        ErrorCode::unsupported, "device search",
        std::to_string(shape.places) + " places; a GPU searches at most " + std::to_string(kMostPlaces));
  }
  return {};
}

SearchLayout::SearchLayout(const SearchShape& shape)
    : descriptor_stride(round_up<std::size_t>(shape.spec.bytes(), kPacketBytes)) {
  const auto place_count = static_cast<std::size_t>(shape.places);
  const auto batch = static_cast<std::size_t>(shape.batch);
  const auto best = static_cast<std::size_t>(shape.best);
  const bool has_norms = shape.spec.type == DescriptorType::s8;
  const bool are_keys = shape.spec.type == DescriptorType::f32;
  Parts parts;
  places = parts.add(place_count, descriptor_stride);
  norms = parts.add(has_norms ? place_count : 0, sizeof(float));
  queries = parts.add(batch, descriptor_stride);
  query_norms = parts.add(has_norms ? batch : 0, sizeof(float));
  keys = parts.add(batch * place_count, sizeof(float));
  distances = are_keys ? keys : parts.add(batch * place_count, sizeof(std::int32_t));
  scratch = parts.add(1, top_k_scratch_bytes(shape.places, static_cast<std::int32_t>(shape.batch),
                                             static_cast<std::int32_t>(shape.best)));
  best_places = parts.add(batch * best, sizeof(std::int64_t));
  best_keys = parts.add(batch * best, sizeof(float));
  total_bytes = parts.bytes();
}

PlaceSearch::PinnedLayout::PinnedLayout(const SearchShape& shape, const SearchLayout& on_device) {
  const auto batch = static_cast<std::size_t>(shape.batch);
  const std::size_t most_found = batch * static_cast<std::size_t>(shape.best);
  Parts parts;
  queries = parts.add(batch, on_device.descriptor_stride);
  query_norms = parts.add(batch, sizeof(float));
  best_places = parts.add(most_found, sizeof(std::int64_t));
  best_keys = parts.add(most_found, sizeof(float));
  total_bytes = parts.bytes();
}

PlaceSearch::PlaceSearch(std::shared_ptr<Device> device, const SearchShape& shape)
    : device_(std::move(device)), shape_(shape), layout_(shape), pinned_layout_(shape, layout_) {}

Result<std::unique_ptr<PlaceSearch>> PlaceSearch::create(std::shared_ptr<Device> device,
                                                         const SearchShape& shape,
                                                         const PlaceStorage& storage) {
  std::unique_ptr<PlaceSearch> search(new PlaceSearch(std::move(device), shape));
  BITPLACE_TRY(search->take_memory());
  BITPLACE_TRY(search->upload(storage));
  return search;
}

Status PlaceSearch::take_memory() {
  BITPLACE_ASSIGN(memory, device_->allocate(layout_.total_bytes, "a search of the map"));
  memory_ = std::move(memory);
  BITPLACE_ASSIGN(pinned, device_->allocate_pinned(pinned_layout_.total_bytes, "a search of the map"));
  pinned_ = std::move(pinned);
  found_ = std::make_unique<FoundPlace[]>(static_cast<std::size_t>(shape_.batch * shape_.best));
  BITPLACE_ASSIGN(stream, device_->create_stream());
  stream_ = std::move(stream);
  return {};
}

Status PlaceSearch::upload(const PlaceStorage& storage) {
  const std::size_t at_once = places_at_once(layout_);
  std::vector<std::byte> staged(at_once * layout_.descriptor_stride);
  Status status;
  storage.for_each_block(0, shape_.places, static_cast<std::int64_t>(at_once), [&](const PlaceBlock& block) {
    if (status.ok()) status = upload_descriptors(block, staged.data());
    if (!status.ok() || block.norms == nullptr) return;
    status =
        device_->upload(memory_.get() + layout_.norms + static_cast<std::size_t>(block.first) * sizeof(float),
                        block.norms, static_cast<std::size_t>(block.count) * sizeof(float));
  });
  return status;
}

Status PlaceSearch::upload_descriptors(const PlaceBlock& block, std::byte* staged) {
  const std::size_t bytes = shape_.spec.bytes(), stride = layout_.descriptor_stride;
  const auto count = static_cast<std::size_t>(block.count);
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(staged + i * stride, block.descriptors + i * bytes, bytes);
  return device_->upload(memory_.get() + layout_.places + static_cast<std::size_t>(block.first) * stride,
                         staged, count * stride);
}

Result<std::span<const FoundPlace>> PlaceSearch::find(std::span<const DescriptorView> queries,
                                                      std::int32_t best) {
  const auto count = static_cast<std::int32_t>(queries.size());
  const std::size_t found = queries.size() * static_cast<std::size_t>(best);
  stage(queries);
  BITPLACE_TRY(issue_queries(count));
  BITPLACE_TRY(issue_search(count, best));
  BITPLACE_TRY(issue_result(found));
  BITPLACE_TRY(stream_->synchronize());
  const auto* places = reinterpret_cast<const std::int64_t*>(pinned_.get() + pinned_layout_.best_places);
  const auto* keys = reinterpret_cast<const float*>(pinned_.get() + pinned_layout_.best_keys);
  for (std::size_t i = 0; i < found; ++i)
    found_[i] = {places[i], keys[i]};
  return std::span<const FoundPlace>(found_.get(), found);
}

void PlaceSearch::stage(std::span<const DescriptorView> queries) {
  std::byte* to = pinned_.get() + pinned_layout_.queries;
  auto* norms = reinterpret_cast<float*>(pinned_.get() + pinned_layout_.query_norms);
  for (const DescriptorView& query : queries) {
    std::memcpy(to, query.data, shape_.spec.bytes());
    to += layout_.descriptor_stride;
    *norms++ = descriptor_norm(shape_.spec, query.data);
  }
}

Status PlaceSearch::issue_queries(std::int32_t queries) {
  const auto count = static_cast<std::size_t>(queries);
  BITPLACE_TRY(stream_->copy_to_device(memory_.get() + layout_.queries,
                                       pinned_.get() + pinned_layout_.queries,
                                       count * layout_.descriptor_stride));
  if (shape_.spec.type != DescriptorType::s8) return {};
  return stream_->copy_to_device(memory_.get() + layout_.query_norms,
                                 pinned_.get() + pinned_layout_.query_norms, count * sizeof(float));
}

Status PlaceSearch::issue_search(std::int32_t queries, std::int32_t best) {
  std::byte* memory = memory_.get();
  const auto stride = static_cast<std::int64_t>(layout_.descriptor_stride);
  const DistanceParameters distance{reinterpret_cast<const std::uint8_t*>(memory + layout_.queries),
                                    reinterpret_cast<const std::uint8_t*>(memory + layout_.places),
                                    stride,
                                    stride,
                                    shape_.spec.dimension,
                                    shape_.places,
                                    queries,
                                    memory + layout_.distances};
  BITPLACE_TRY(stream_->launch(distance_row(shape_.spec.type), &distance, sizeof distance));
  auto* keys = reinterpret_cast<float*>(memory + layout_.keys);
  if (shape_.spec.type != DescriptorType::f32) {
    const KeysParameters pairs{reinterpret_cast<const std::int32_t*>(memory + layout_.distances),
                               keys,
                               shape_.places,
                               queries,
                               reinterpret_cast<const float*>(memory + layout_.query_norms),
                               reinterpret_cast<const float*>(memory + layout_.norms)};
    const bool bits = shape_.spec.type == DescriptorType::bits;
    BITPLACE_TRY(stream_->launch(bits ? keys_b1__elements : keys_s8__elements, &pairs, sizeof pairs));
  }
  const TopKParameters top{keys,
                           shape_.places,
                           queries,
                           best,
                           memory + layout_.scratch,
                           reinterpret_cast<std::int64_t*>(memory + layout_.best_places),
                           reinterpret_cast<float*>(memory + layout_.best_keys)};
  return stream_->launch(top_k__sorted_chunks, &top, sizeof top);
}

Status PlaceSearch::issue_result(std::size_t found) {
  BITPLACE_TRY(stream_->copy_to_host(pinned_.get() + pinned_layout_.best_places,
                                     memory_.get() + layout_.best_places, found * sizeof(std::int64_t)));
  return stream_->copy_to_host(pinned_.get() + pinned_layout_.best_keys, memory_.get() + layout_.best_keys,
                               found * sizeof(float));
}

}  // namespace bitplace::cuda
