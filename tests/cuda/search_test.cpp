// Distances, keys and the best places by the phases of the device's kernels against the CPU's.

#include "cuda/search/search_rows.h"

#include <algorithm>

#include "bitplace/place_map.h"
#include "cuda/device_case.h"
#include "cuda/distance/distance.h"
#include "cuda/distance/keys.h"
#include "cuda/top_k/top_k.h"
#include "kernels/distance/cosine.h"
#include "kernels/distance/distance.h"
#include "map/best_places.h"
#include "map/random_descriptor.h"
#include "map/scorer.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

// More than a block takes at a time, and not as many again.
constexpr std::int32_t kQueries = 6;

// `bytes(dimension)` of a descriptor; descriptors lie that far apart, or further where `spaced` says so.
struct DistanceCase {
  std::int64_t dimension, bytes, stride, count;
};

std::vector<DistanceCase> distance_cases(const std::vector<std::int64_t>& dimensions, std::int64_t bits) {
  std::vector<DistanceCase> cases;
  for (const std::int64_t dimension : dimensions) {
    const std::int64_t bytes = (dimension * bits + 7) / 8;
    cases.push_back({dimension, bytes, bytes, 17});
    cases.push_back({dimension, bytes, (bytes + 15) / 16 * 16, 33});
  }
  return cases;
}

// Element: what descriptors are made of; bytes for bits.
template <typename Element, typename Out>
void check_distance(const cuda::DeviceKernel& kernel, const std::vector<std::int64_t>& dimensions,
                    std::int64_t bits, void (*reference)(const DistanceCall&, std::int64_t, std::int64_t)) {
  Random random;
  for (const DistanceCase& c : distance_cases(dimensions, bits)) {
    const auto elements = [&](std::int64_t count) {
      return any_elements<Element>(static_cast<std::size_t>(count * c.stride) / sizeof(Element), random);
    };
    const std::vector<Element> queries = elements(kQueries);
    std::vector<Element> references = elements(c.count);
    references.resize(static_cast<std::size_t>((c.count - 1) * c.stride + c.bytes) / sizeof(Element));
    std::vector<Out> expected(static_cast<std::size_t>(kQueries * c.count));
    for (std::int64_t q = 0; q < kQueries; ++q) {
      const auto* query = reinterpret_cast<const std::uint8_t*>(queries.data()) + q * c.stride;
      reference({query, reinterpret_cast<const std::uint8_t*>(references.data()),
                 static_cast<std::size_t>(c.stride), c.dimension, expected.data() + q * c.count},
                0, c.count);
    }
    INFO(c.dimension << " elements, " << c.stride << " bytes apart");
    check_kernel(
        kernel, expected,
        [&](Out* output, const Element* q, const Element* r) {
          return cuda::DistanceParameters{reinterpret_cast<const std::uint8_t*>(q),
                                          reinterpret_cast<const std::uint8_t*>(r),
                                          c.stride,
                                          c.stride,
                                          c.dimension,
                                          c.count,
                                          kQueries,
                                          output};
        },
        queries, references);
  }
}

// Small whole numbers, so that many are equal; both zeros and infinities among them.
std::vector<float> any_keys(std::int64_t count, Random& random) {
  std::vector<float> keys(static_cast<std::size_t>(count));
  for (float& key : keys) {
    key = static_cast<float>(random.integer(-300, 300));
    if (key == 7.0f) key = -0.0f;
    if (key > 290.0f) key = random.real(-1.0f, 1.0f);
  }
  keys[0] = -std::numeric_limits<float>::infinity();
  keys.back() = std::numeric_limits<float>::max();
  return keys;
}

std::vector<std::int64_t> best_places(const float* keys, std::int64_t count, std::int32_t best) {
  std::vector<Candidate> candidates;
  for (std::int64_t i = 0; i < count; ++i)
    candidates.push_back({keys[i], i, i});
  std::sort(candidates.begin(), candidates.end(), is_better);
  std::vector<std::int64_t> places;
  for (std::int32_t i = 0; i < best; ++i)
    places.push_back(candidates[static_cast<std::size_t>(i)].index);
  return places;
}

void check_best(std::int64_t count, std::int32_t best, Random& random) {
  const std::vector<float> keys = any_keys(count * kQueries, random);
  std::vector<std::int64_t> expected;
  for (std::int64_t q = 0; q < kQueries; ++q) {
    const std::vector<std::int64_t> places = best_places(keys.data() + q * count, count, best);
    expected.insert(expected.end(), places.begin(), places.end());
  }
  const std::size_t scratch_bytes = cuda::top_k_scratch_bytes(count, kQueries, best);
  GuardedMemory scratch(scratch_bytes, 0, 8, Placement::against_end);
  std::vector<float> best_keys(expected.size());
  INFO("the best " << best << " of " << count);
  check_kernel(
      cuda::top_k__sorted_chunks, expected,
      [&](std::int64_t* places, const float* k) {
        return cuda::TopKParameters{k, count, kQueries, best, scratch.data(), places, best_keys.data()};
      },
      keys);
  CHECK(scratch.intact());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::int64_t query = static_cast<std::int64_t>(i) / best;
    const float key = keys[static_cast<std::size_t>(query * count + expected[i])];
    CHECK(std::memcmp(&best_keys[i], &key, sizeof key) == 0);
  }
}

// A map's places in device memory and its queries, from distances to the best: what the map itself finds.
void check_search(DescriptorType type, std::int32_t dimension) {
  Random random;
  constexpr std::int64_t kPlaces = 2500;
  constexpr std::int32_t kBest = 12;
  const DescriptorSpec spec = spec_of(type, dimension);
  PlaceMap map(spec);
  Bytes places, queries;
  std::vector<float> norms, query_norms;
  for (std::int64_t i = 0; i < kPlaces; ++i) {
    const Bytes place = random_descriptor(spec, &random);
    // Every place twice: ties everywhere.
    for (int twice = 0; twice < 2; ++twice) {
      REQUIRE(map.add(view_of(spec, place), i).ok());
      places.insert(places.end(), place.begin(), place.end());
      norms.push_back(descriptor_norm(spec, place.data()));
    }
  }
  const auto count = static_cast<std::int64_t>(norms.size());
  std::vector<std::int64_t> expected;
  for (std::int32_t q = 0; q < kQueries; ++q) {
    const Bytes query = random_descriptor(spec, &random);
    for (const Match& match : map.query(view_of(spec, query), kBest))
      expected.push_back(match.index);
    queries.insert(queries.end(), query.begin(), query.end());
    query_norms.push_back(descriptor_norm(spec, query.data()));
  }
  const auto bytes = static_cast<std::int64_t>(spec.bytes());
  std::vector<std::int32_t> distances(static_cast<std::size_t>(count * kQueries));
  std::vector<float> keys(distances.size());
  const bool floats = type == DescriptorType::f32;
  const cuda::DistanceParameters distance{
      queries.data(), places.data(), bytes,    bytes,
      dimension,      count,         kQueries, floats ? static_cast<void*>(keys.data()) : distances.data()};
  emulate(floats                         ? cuda::dot_f32__sixteen_threads
          : type == DescriptorType::bits ? cuda::hamming__sixteen_threads
                                         : cuda::dot_s8__sixteen_threads,
          &distance);
  const cuda::KeysParameters pairs{distances.data(), keys.data(),        count,
                                   kQueries,         query_norms.data(), norms.data()};
  if (!floats) {
    emulate(type == DescriptorType::bits ? cuda::keys_b1__elements : cuda::keys_s8__elements, &pairs);
  }
  std::vector<std::uint64_t> scratch(cuda::top_k_scratch_bytes(count, kQueries, kBest) / 8);
  std::vector<std::int64_t> found(expected.size());
  std::vector<float> best_keys(expected.size());
  const cuda::TopKParameters best{keys.data(),    count,        kQueries,        kBest,
                                  scratch.data(), found.data(), best_keys.data()};
  emulate(cuda::top_k__sorted_chunks, &best);
  CHECK(found == expected);
}

}  // namespace

TEST_CASE("the device measures distances as the reference does") {
  const DistanceKernel& reference = reference_row(distance_kernels());
  check_distance<std::uint8_t, std::int32_t>(cuda::hamming__sixteen_threads, {8, 40, 128, 1000, 4096, 5000},
                                             1, reference.hamming);
  check_distance<std::uint8_t, std::int32_t>(cuda::dot_s8__sixteen_threads, {1, 16, 100, 512, 1023}, 8,
                                             reference.dot_s8);
  check_distance<std::uint16_t, float>(cuda::dot_f16__sixteen_threads, {1, 16, 17, 333}, 16,
                                       reference.dot_f16);
  check_distance<float, float>(cuda::dot_f32__sixteen_threads, {1, 16, 17, 333}, 32, reference.dot_f32);
}

TEST_CASE("the device makes the map's keys") {
  Random random;
  constexpr std::int64_t kPlaces = 300;
  std::vector<std::int32_t> distances(kQueries * kPlaces);
  for (std::int32_t& distance : distances)
    distance = static_cast<std::int32_t>(random.integer(-40000000, 40000000));
  std::vector<float> norms(kPlaces), query_norms = {511.5f, 0.0f, 1.0f, 3e4f, 2.5f, 77.0f},
                                     bits(distances.size()), codes(distances.size());
  for (float& norm : norms)
    norm = random.real(0.0f, 30000.0f);
  norms[5] = 0.0f;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    bits[i] = static_cast<float>(-distances[i]);
    codes[i] = cosine(distances[i], query_norms[i / kPlaces], norms[i % kPlaces]);
  }
  const auto make = [&](float* keys, const std::int32_t* d, const float* q, const float* n) {
    return cuda::KeysParameters{d, keys, kPlaces, kQueries, q, n};
  };
  check_kernel(cuda::keys_b1__elements, bits, make, distances, query_norms, norms);
  check_kernel(cuda::keys_s8__elements, codes, make, distances, query_norms, norms);
}

TEST_CASE("the device finds the best places in the map's order") {
  Random random;
  check_best(1, 1, random);
  check_best(5, 5, random);
  check_best(2047, 10, random);
  check_best(2048, 1024, random);
  check_best(2049, 1, random);
  check_best(5000, 1024, random);
  check_best(9000, 20, random);
}

TEST_CASE("the device finds what the map finds") {
  check_search(DescriptorType::bits, 300);
  check_search(DescriptorType::s8, 64);
  check_search(DescriptorType::f32, 40);
}
