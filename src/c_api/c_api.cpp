#include "bitplace/bitplace_c.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "bitplace/describer.h"
#include "bitplace/device_search.h"
#include "bitplace/place_map.h"
#include "bitplace/version.h"
#include "core/error.h"

struct bitplace_describer {
  bitplace::Describer describer;
};

struct bitplace_map {
  bitplace::PlaceMap places;
};

struct bitplace_device_search {
  bitplace::DeviceSearch search;
};

namespace {

using namespace bitplace;

static_assert(BITPLACE_OK == static_cast<int>(ErrorCode::ok) &&
              BITPLACE_INVALID_ARGUMENT == static_cast<int>(ErrorCode::invalid_argument) &&
              BITPLACE_IO == static_cast<int>(ErrorCode::io) &&
              BITPLACE_CORRUPT == static_cast<int>(ErrorCode::corrupt) &&
              BITPLACE_UNSUPPORTED == static_cast<int>(ErrorCode::unsupported) &&
              BITPLACE_UNSUPPORTED_ISA == static_cast<int>(ErrorCode::unsupported_isa) &&
              BITPLACE_MISMATCH == static_cast<int>(ErrorCode::mismatch) &&
              BITPLACE_OUT_OF_MEMORY == static_cast<int>(ErrorCode::out_of_memory) &&
              BITPLACE_INTERNAL == static_cast<int>(ErrorCode::internal));
static_assert(BITPLACE_RGB8 == static_cast<int>(PixelFormat::rgb8) &&
              BITPLACE_BGR8 == static_cast<int>(PixelFormat::bgr8) &&
              BITPLACE_RGBA8 == static_cast<int>(PixelFormat::rgba8) &&
              BITPLACE_BGRA8 == static_cast<int>(PixelFormat::bgra8) &&
              BITPLACE_GRAY8 == static_cast<int>(PixelFormat::gray8));
static_assert(BITPLACE_DESCRIPTOR_F32 == static_cast<int>(DescriptorType::f32) &&
              BITPLACE_DESCRIPTOR_S8 == static_cast<int>(DescriptorType::s8) &&
              BITPLACE_DESCRIPTOR_BITS == static_cast<int>(DescriptorType::bits));

// Of a fixed size, so that failing needs no memory.
thread_local std::array<char, 1024> last_error{};

bitplace_status fail(const Error& error) {
  const std::size_t length = std::min(std::strlen(error.message()), last_error.size() - 1);
  std::memcpy(last_error.data(), error.message(), length);
  last_error[length] = '\0';
  return static_cast<bitplace_status>(error.code());
}

bitplace_status finish(const Status& status) {
  return status.ok() ? BITPLACE_OK : fail(status.error());
}

bitplace_status null_argument(const char* function) {
  return fail(Error(ErrorCode::invalid_argument, function));
}

bitplace_descriptor_spec to_c(const DescriptorSpec& spec) {
  bitplace_descriptor_spec converted{};
  converted.type = static_cast<std::int32_t>(spec.type);
  converted.dimension = spec.dimension;
  converted.bytes = spec.bytes();
  std::copy(spec.identity.begin(), spec.identity.end(), converted.identity);
  return converted;
}

Result<DescriptorSpec> from_c(const bitplace_descriptor_spec& spec) noexcept {
  const bool known = spec.type == BITPLACE_DESCRIPTOR_F32 || spec.type == BITPLACE_DESCRIPTOR_S8 ||
                     spec.type == BITPLACE_DESCRIPTOR_BITS;
  if (!known || spec.dimension < 1) {
    return Error(ErrorCode::invalid_argument,
                 "bitplace_descriptor_spec: unknown type or a dimension below 1");
  }
  DescriptorSpec converted;
  converted.type = static_cast<DescriptorType>(spec.type);
  converted.dimension = spec.dimension;
  std::copy(std::begin(spec.identity), std::end(spec.identity), converted.identity.begin());
  return converted;
}

template <typename Handle, typename Value>
bitplace_status hand_over(Value&& value, Handle** handle) {
  *handle = new (std::nothrow) Handle{std::forward<Value>(value)};
  return *handle != nullptr ? BITPLACE_OK : fail(Error(ErrorCode::out_of_memory));
}

constexpr bitplace_describer_options kDefaults = {nullptr, 1, nullptr, 1};

bitplace_status create_describer(const Result<Model>& model, const bitplace_describer_options& chosen,
                                 bitplace_describer** handle) {
  if (!model.ok()) return fail(model.error());
  PlanOptions plan_options;
  plan_options.isa = chosen.isa;
  plan_options.device = chosen.device;
  const Result<Plan> plan = Plan::create(*model, plan_options);
  if (!plan.ok()) return fail(plan.error());
  DescriberOptions options;
  options.threads = chosen.threads;
  options.batch = chosen.batch;
  Result<Describer> describer = Describer::create(*plan, options);
  if (!describer.ok()) return fail(describer.error());
  return hand_over(std::move(*describer), handle);
}

bitplace_describer_options options_of(const char* isa, int threads) {
  bitplace_describer_options options = kDefaults;
  options.isa = isa;
  options.threads = threads;
  return options;
}

bool is_known_format(const bitplace_image& image) {
  return image.format >= BITPLACE_RGB8 && image.format <= BITPLACE_GRAY8;
}

ImageView view_of(const bitplace_image& image) {
  return {image.data, image.width, image.height, image.stride, static_cast<PixelFormat>(image.format)};
}

DeviceSearchOptions search_options(const bitplace_device_search_options* options) {
  return options != nullptr ? DeviceSearchOptions{options->device, options->batch, options->count}
                            : DeviceSearchOptions{};
}

Status query_all(DeviceSearch& search, const DescriptorSpec& spec, const void* descriptors,
                 size_t query_count, size_t bytes, int count, bitplace_match* matches, int* found) {
  if (bytes / spec.bytes() != query_count || bytes % spec.bytes() != 0) {
    return Error(ErrorCode::invalid_argument,
                 "bitplace_device_search_query: bytes are not the spec's for each descriptor");
  }
  std::vector<DescriptorView> queries;
  for (size_t i = 0; i < query_count; ++i)
    queries.push_back({static_cast<const std::uint8_t*>(descriptors) + i * spec.bytes(), spec});
  const auto each = static_cast<size_t>(std::clamp<std::int64_t>(count, 0, search.size()));
  std::vector<Match> best(query_count * each);
  BITPLACE_TRY(search.query(queries.data(), static_cast<std::int64_t>(query_count), count, best.data(),
                            static_cast<std::int64_t>(best.size())));
  for (const Match& match : best)
    *matches++ = {match.id, match.index, match.score};
  *found = static_cast<int>(each);
  return {};
}

}  // namespace

const char* bitplace_version(void) {
  return BITPLACE_VERSION_STRING;
}

const char* bitplace_last_error(void) {
  return last_error.data();
}

bitplace_status bitplace_describer_open(const char* model_path, const char* isa, int threads,
                                        bitplace_describer** describer) {
  if (describer == nullptr) return null_argument("bitplace_describer_open: describer is null");
  *describer = nullptr;
  return create_describer(Model::open(model_path), options_of(isa, threads), describer);
}

bitplace_status bitplace_describer_from_memory(const void* model, size_t model_bytes, const char* isa,
                                               int threads, bitplace_describer** describer) {
  if (describer == nullptr) return null_argument("bitplace_describer_from_memory: describer is null");
  *describer = nullptr;
  return create_describer(Model::from_memory(model, model_bytes), options_of(isa, threads), describer);
}

void bitplace_describer_defaults(bitplace_describer_options* options) {
  if (options != nullptr) *options = kDefaults;
}

bitplace_status bitplace_describer_open_with(const char* model_path,
                                             const bitplace_describer_options* options,
                                             bitplace_describer** describer) {
  if (describer == nullptr) return null_argument("bitplace_describer_open_with: describer is null");
  *describer = nullptr;
  return create_describer(Model::open(model_path), options != nullptr ? *options : kDefaults, describer);
}

bitplace_status bitplace_describer_from_memory_with(const void* model, size_t model_bytes,
                                                    const bitplace_describer_options* options,
                                                    bitplace_describer** describer) {
  if (describer == nullptr) return null_argument("bitplace_describer_from_memory_with: describer is null");
  *describer = nullptr;
  return create_describer(Model::from_memory(model, model_bytes), options != nullptr ? *options : kDefaults,
                          describer);
}

void bitplace_describer_free(bitplace_describer* describer) {
  delete describer;
}

bitplace_status bitplace_describer_spec(const bitplace_describer* describer, bitplace_descriptor_spec* spec) {
  if (describer == nullptr || spec == nullptr)
    return null_argument("bitplace_describer_spec: an argument is null");
  *spec = to_c(describer->describer.descriptor_spec());
  return BITPLACE_OK;
}

bitplace_status bitplace_describe(bitplace_describer* describer, const bitplace_image* image,
                                  void* descriptor, size_t bytes) {
  if (describer == nullptr || image == nullptr || descriptor == nullptr) {
    return null_argument("bitplace_describe: an argument is null");
  }
  if (!is_known_format(*image)) {
    return fail(Error(ErrorCode::invalid_argument, "bitplace_describe: unknown pixel format"));
  }
  return finish(describer->describer.describe(view_of(*image), descriptor, bytes));
}

bitplace_status bitplace_describe_batch(bitplace_describer* describer, const bitplace_image* images,
                                        size_t count, void* descriptors, size_t bytes) {
  if (describer == nullptr || images == nullptr || descriptors == nullptr) {
    return null_argument("bitplace_describe_batch: an argument is null");
  }
  return finish(guarded([&]() -> Status {
    std::vector<ImageView> views;
    for (size_t i = 0; i < count; ++i) {
      if (!is_known_format(images[i])) {
        return Error(ErrorCode::invalid_argument, "bitplace_describe_batch: unknown pixel format");
      }
      views.push_back(view_of(images[i]));
    }
    return describer->describer.describe(views.data(), count, descriptors, bytes);
  }));
}

bitplace_status bitplace_map_create(const bitplace_descriptor_spec* spec, bitplace_map** map) {
  if (spec == nullptr || map == nullptr) return null_argument("bitplace_map_create: an argument is null");
  *map = nullptr;
  const Result<DescriptorSpec> converted = from_c(*spec);
  if (!converted.ok()) return fail(converted.error());
  return hand_over(PlaceMap(*converted), map);
}

bitplace_status bitplace_map_open(const char* path, bitplace_map** map) {
  if (path == nullptr || map == nullptr) return null_argument("bitplace_map_open: an argument is null");
  *map = nullptr;
  Result<PlaceMap> places = PlaceMap::open(path);
  if (!places.ok()) return fail(places.error());
  return hand_over(std::move(*places), map);
}

bitplace_status bitplace_map_save(const bitplace_map* map, const char* path) {
  if (map == nullptr || path == nullptr) return null_argument("bitplace_map_save: an argument is null");
  return finish(map->places.save(path));
}

void bitplace_map_free(bitplace_map* map) {
  delete map;
}

bitplace_status bitplace_map_spec(const bitplace_map* map, bitplace_descriptor_spec* spec) {
  if (map == nullptr || spec == nullptr) return null_argument("bitplace_map_spec: an argument is null");
  *spec = to_c(map->places.spec());
  return BITPLACE_OK;
}

int64_t bitplace_map_size(const bitplace_map* map) {
  return map == nullptr ? 0 : map->places.size();
}

bitplace_status bitplace_map_add(bitplace_map* map, const bitplace_descriptor_spec* spec,
                                 const void* descriptor, int64_t id) {
  if (map == nullptr || spec == nullptr || descriptor == nullptr) {
    return null_argument("bitplace_map_add: an argument is null");
  }
  const Result<DescriptorSpec> converted = from_c(*spec);
  if (!converted.ok()) return fail(converted.error());
  return finish(map->places.add({descriptor, *converted}, id));
}

bitplace_status bitplace_map_query(const bitplace_map* map, const bitplace_descriptor_spec* spec,
                                   const void* descriptor, int count, bitplace_match* matches, int* found) {
  if (map == nullptr || spec == nullptr || descriptor == nullptr || matches == nullptr || found == nullptr) {
    return null_argument("bitplace_map_query: an argument is null");
  }
  *found = 0;
  const Result<DescriptorSpec> converted = from_c(*spec);
  if (!converted.ok()) return fail(converted.error());
  const Matches best = map->places.query({descriptor, *converted}, count);
  if (!best.ok()) return fail(best.error());
  for (const Match& match : best)
    matches[(*found)++] = {match.id, match.index, match.score};
  return BITPLACE_OK;
}

void bitplace_device_search_defaults(bitplace_device_search_options* options) {
  constexpr DeviceSearchOptions kSearchDefaults;
  if (options != nullptr) *options = {kSearchDefaults.device, kSearchDefaults.batch, kSearchDefaults.count};
}

bitplace_status bitplace_device_search_bytes(const bitplace_map* map,
                                             const bitplace_device_search_options* options, size_t* bytes) {
  if (map == nullptr || bytes == nullptr)
    return null_argument("bitplace_device_search_bytes: an argument is null");
  const Result<std::size_t> stated = DeviceSearch::memory_bytes(map->places, search_options(options));
  if (!stated.ok()) return fail(stated.error());
  *bytes = *stated;
  return BITPLACE_OK;
}

bitplace_status bitplace_device_search_create(const bitplace_map* map,
                                              const bitplace_device_search_options* options,
                                              bitplace_device_search** search) {
  if (map == nullptr || search == nullptr)
    return null_argument("bitplace_device_search_create: an argument is null");
  *search = nullptr;
  Result<DeviceSearch> made = DeviceSearch::create(map->places, search_options(options));
  if (!made.ok()) return fail(made.error());
  return hand_over(std::move(*made), search);
}

void bitplace_device_search_free(bitplace_device_search* search) {
  delete search;
}

bitplace_status bitplace_device_search_query(bitplace_device_search* search,
                                             const bitplace_descriptor_spec* spec, const void* descriptors,
                                             size_t query_count, size_t bytes, int count,
                                             bitplace_match* matches, int* found) {
  if (search == nullptr || spec == nullptr || descriptors == nullptr || matches == nullptr ||
      found == nullptr) {
    return null_argument("bitplace_device_search_query: an argument is null");
  }
  *found = 0;
  const Result<DescriptorSpec> converted = from_c(*spec);
  if (!converted.ok()) return fail(converted.error());
  return finish(guarded([&] {
    return query_all(search->search, *converted, descriptors, query_count, bytes, count, matches, found);
  }));
}
