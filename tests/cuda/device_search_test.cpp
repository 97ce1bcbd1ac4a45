// A map searched on an emulated device: what PlaceMap finds, to the last bit; memory, limits and errors.

#include "bitplace/device_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "cuda/runtime/emulated_device.h"
#include "map/device_search_implementation.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

Result<DeviceSearch> search_on(const PlaceMap& map, const DeviceSearchOptions& options,
                               std::shared_ptr<cuda::Device> device) {
  auto made = DeviceSearch::Implementation::create(map, options, std::move(device));
  if (!made.ok()) return made.error();
  return DeviceSearch(*std::move(made));
}

DeviceSearch emulated(const PlaceMap& map, int batch, int count,
                      cuda::ThreadOrder order = cuda::ThreadOrder::rising) {
  cuda::EmulatedDeviceOptions device;
  device.order = order;
  auto search = search_on(map, {"cuda", batch, count}, cuda::create_emulated_device(device));
  if (!search.ok()) FAIL(search.error().message());
  return *std::move(search);
}

// Every second place is the one before it again, and ids are not positions.
void fill(PlaceMap& map, int places, Random& random) {
  Bytes place;
  for (int i = 0; i < places; ++i) {
    if (i % 2 == 0) place = random_descriptor(map.spec(), &random);
    REQUIRE(map.add(view_of(map.spec(), place), 1000 - 3 * i).ok());
  }
}

PlaceMap map_of(const DescriptorSpec& spec, int places, Random& random) {
  PlaceMap map(spec);
  fill(map, places, random);
  return map;
}

struct Queries {
  std::vector<Bytes> bytes;
  std::vector<DescriptorView> views;
};

Queries queries_of(const DescriptorSpec& spec, int count, Random& random) {
  Queries queries;
  for (int i = 0; i < count; ++i)
    queries.bytes.push_back(random_descriptor(spec, &random));
  for (const Bytes& bytes : queries.bytes)
    queries.views.push_back(view_of(spec, bytes));
  return queries;
}

bool equal(const Match& a, const Match& b) {
  return a.id == b.id && a.index == b.index && std::memcmp(&a.score, &b.score, sizeof a.score) == 0;
}

// All queries in one call, and the first alone.
void check_equal(const PlaceMap& map, DeviceSearch& search, const Queries& queries, int count) {
  CAPTURE(descriptor_type_name(map.spec().type), map.spec().dimension, map.size(), count);
  std::vector<Match> expected;
  for (const DescriptorView& query : queries.views) {
    const Matches matches = map.query(query, count);
    REQUIRE(matches.ok());
    expected.insert(expected.end(), matches.begin(), matches.end());
  }
  std::vector<Match> found(expected.size());
  const Status status = search.query(queries.views.data(), static_cast<std::int64_t>(queries.views.size()),
                                     count, found.data(), static_cast<std::int64_t>(found.size()));
  if (!status.ok()) FAIL(status.error().message());
  CHECK(std::equal(found.begin(), found.end(), expected.begin(), equal));
  const Matches alone = search.query(queries.views[0], count);
  REQUIRE(alone.ok());
  REQUIRE(alone.size() == expected.size() / queries.views.size());
  CHECK(std::equal(alone.begin(), alone.end(), expected.begin(), equal));
}

}  // namespace

TEST_CASE("a search on a device finds what the map finds, ties and scores alike") {
  Random random;
  for (const DescriptorType type : {DescriptorType::bits, DescriptorType::s8, DescriptorType::f32}) {
    // Ties of few dimensions; descriptors that are packets of 16 bytes, and such that are not.
    for (const std::int32_t dimension : {3, 37, 128, 200}) {
      for (const int places : {1, 2, 40}) {
        const PlaceMap map = map_of(spec_of(type, dimension), places, random);
        DeviceSearch search = emulated(map, 3, 1000);
        CHECK(search.size() == places);
        CHECK(search.spec() == map.spec());
        // Three batches, the last of one query; fewer and more matches than there are places.
        const Queries queries = queries_of(map.spec(), 7, random);
        for (const int count : {1, 5, 1000})
          check_equal(map, search, queries, count);
      }
    }
  }
}

TEST_CASE("a search on a device finds what a map of several chunks finds") {
  Random random;
  constexpr int kPlaces = 4500;  // more than a block sorts, and more than a chunk of the map has
  for (const DescriptorType type : {DescriptorType::bits, DescriptorType::s8, DescriptorType::f32}) {
    const PlaceMap map = map_of(spec_of(type, type == DescriptorType::bits ? 130 : 20), kPlaces, random);
    DeviceSearch search = emulated(map, 4, 30);
    check_equal(map, search, queries_of(map.spec(), 5, random), 30);
  }
  const PlaceMap map = map_of(spec_of(DescriptorType::bits, 9), 2000, random);
  DeviceSearch search = emulated(map, 2, 1024, cuda::ThreadOrder::falling);
  check_equal(map, search, queries_of(map.spec(), 2, random), 1024);
}

TEST_CASE("a descriptor of zeros, and norms of zero, are searched too") {
  PlaceMap map(spec_of(DescriptorType::s8, 24));
  const Bytes zeros(24, 0);
  Bytes ones(24, 1);
  REQUIRE(map.add(view_of(map.spec(), zeros), 1).ok());
  REQUIRE(map.add(view_of(map.spec(), ones), 2).ok());
  DeviceSearch search = emulated(map, 1, 2);
  check_equal(map, search, {{}, {view_of(map.spec(), zeros), view_of(map.spec(), ones)}}, 2);
}

TEST_CASE("an empty map is searched on a device, and nothing is found") {
  Random random;
  const PlaceMap map(spec_of(DescriptorType::f32, 12));
  DeviceSearch search = emulated(map, 2, 5);
  CHECK(search.size() == 0);
  const Queries queries = queries_of(map.spec(), 3, random);
  const Matches matches = search.query(queries.views[0], 5);
  CHECK(matches.ok());
  CHECK(matches.empty());
  CHECK(search.query(queries.views.data(), 3, 5, nullptr, 0).ok());
  Match match;
  CHECK(search.query(queries.views.data(), 3, 5, &match, 1).error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("a search has the places that the map had, and outlives it") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::s8, 30);
  const Queries queries = queries_of(spec, 1, random);
  auto map = std::make_unique<PlaceMap>(map_of(spec, 10, random));
  const Matches before = map->query(queries.views[0], 10);
  DeviceSearch search = emulated(*map, 1, 20);
  fill(*map, 6, random);
  map.reset();
  const Matches found = search.query(queries.views[0], 20);
  REQUIRE(found.size() == 10);
  CHECK(std::equal(found.begin(), found.end(), before.begin(), equal));
}

TEST_CASE("the memory of a search is stated before it is taken, and too little of it is an error") {
  Random random;
  for (const DescriptorType type : {DescriptorType::bits, DescriptorType::s8, DescriptorType::f32}) {
    const PlaceMap map = map_of(spec_of(type, 50), 30, random);
    const DeviceSearchOptions options = {"cuda", 7, 4};
    const auto stated = DeviceSearch::memory_bytes(map, options);
    REQUIRE(stated.ok());
    cuda::EmulatedDeviceOptions memory;
    memory.memory_bytes = *stated;
    const auto device = cuda::create_emulated_device(memory);
    const auto search = search_on(map, options, device);
    REQUIRE(search.ok());
    CHECK(search->memory_bytes() == *stated);
    CHECK(!device->allocate(1, "more").ok());  // all of it
    memory.memory_bytes = *stated - 1;
    const auto without = search_on(map, options, cuda::create_emulated_device(memory));
    REQUIRE(!without.ok());
    CHECK(without.error().code() == ErrorCode::out_of_memory);
    CHECK(std::strstr(without.error().message(), std::to_string(*stated).c_str()) != nullptr);
  }
}

TEST_CASE("a search without a GPU is an error that says so, and never the CPU's") {
  Random random;
  const PlaceMap map = map_of(spec_of(DescriptorType::bits, 64), 3, random);
  const auto code_on = [&](const char* device) {
    DeviceSearchOptions options;
    options.device = device;
    const auto search = DeviceSearch::create(map, options);
    REQUIRE(!search.ok());
    CHECK(std::strstr(search.error().message(), "cuda") != nullptr);
    return search.error().code();
  };
  CHECK(code_on("cuda:4711") == ErrorCode::unsupported);
  for (const char* none : {static_cast<const char*>(nullptr), "", "cpu", "cuda:sm_87", "gpu"})
    CHECK(code_on(none) == ErrorCode::invalid_argument);
}

TEST_CASE("what a search on a device cannot do is refused, before memory is taken") {
  Random random;
  const PlaceMap map = map_of(spec_of(DescriptorType::bits, 16), 1030, random);
  const auto code_of = [&](int batch, int count) {
    const DeviceSearchOptions options = {"cuda", batch, count};
    const auto bytes = DeviceSearch::memory_bytes(map, options);
    const auto search = DeviceSearch::create(map, options);
    REQUIRE(!bytes.ok());
    REQUIRE(!search.ok());
    CHECK(std::string(bytes.error().message()) == search.error().message());
    return bytes.error().code();
  };
  CHECK(code_of(0, 5) == ErrorCode::invalid_argument);
  CHECK(code_of(65536, 5) == ErrorCode::invalid_argument);
  CHECK(code_of(1, 0) == ErrorCode::invalid_argument);
  CHECK(code_of(1, 1025) == ErrorCode::unsupported);
  CHECK(DeviceSearch::memory_bytes(map, {"cuda", 65535, 1024}).ok());
  const PlaceMap none(spec_of(DescriptorType::bits, 0));
  CHECK(DeviceSearch::memory_bytes(none).error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("queries that cannot be are refused, and the next is searched") {
  Random random;
  const PlaceMap map = map_of(spec_of(DescriptorType::f32, 18), 9, random);
  DeviceSearch search = emulated(map, 2, 4);
  Queries queries = queries_of(map.spec(), 3, random);
  std::vector<Match> matches(12);
  const auto status_of = [&](int count, std::int64_t room) {
    return search.query(queries.views.data(), 3, count, matches.data(), room).error().code();
  };
  CHECK(status_of(4, 11) == ErrorCode::invalid_argument);
  CHECK(status_of(4, 8) == ErrorCode::invalid_argument);
  CHECK(status_of(0, 0) == ErrorCode::invalid_argument);
  CHECK(status_of(5, 15) == ErrorCode::invalid_argument);
  CHECK(search.query(queries.views.data(), -1, 4, matches.data(), -4).error().code() ==
        ErrorCode::invalid_argument);
  CHECK(search.query(nullptr, 3, 4, matches.data(), 12).error().code() == ErrorCode::invalid_argument);
  CHECK(search.query(queries.views.data(), 3, 4, nullptr, 12).error().code() == ErrorCode::invalid_argument);
  CHECK(search.query(nullptr, 0, 4, nullptr, 0).ok());
  CHECK(search.query({nullptr, map.spec()}, 4).error().code() == ErrorCode::invalid_argument);

  DescriptorSpec other = map.spec();
  other.identity.fill(8);
  queries.views[2].spec = other;
  CHECK(status_of(4, 12) == ErrorCode::mismatch);
  CHECK(std::all_of(matches.begin(), matches.end(), [](const Match& match) { return match.id == 0; }));
  queries.views[2].spec = map.spec();
  check_equal(map, search, queries, 4);
}
