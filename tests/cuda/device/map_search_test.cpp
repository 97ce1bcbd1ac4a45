// A map searched on this machine's GPU against the CPU. Skipped as models_test.cpp is.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>

#include "bitplace/device_search.h"
#include "cuda/runtime/device.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr int kPlaces = 20000, kQueries = 150;

void check_equal(const PlaceMap& map, int count, Random& random) {
  auto search = DeviceSearch::create(map, {"cuda", 64, count});
  if (!search.ok()) FAIL(search.error().message());
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<DescriptorView> queries;
  std::vector<Match> expected;
  for (int i = 0; i < kQueries; ++i)
    bytes.push_back(random_descriptor(map.spec(), &random));
  for (const auto& query : bytes) {
    queries.push_back(view_of(map.spec(), query));
    const Matches matches = map.query(queries.back(), count);
    expected.insert(expected.end(), matches.begin(), matches.end());
  }
  std::vector<Match> found(expected.size());
  const Status status =
      search->query(queries.data(), kQueries, count, found.data(), static_cast<std::int64_t>(found.size()));
  if (!status.ok()) FAIL(status.error().message());
  CAPTURE(descriptor_type_name(map.spec().type), map.spec().dimension, count);
  CHECK(std::equal(found.begin(), found.end(), expected.begin(), [](const Match& a, const Match& b) {
    return a.id == b.id && a.index == b.index && std::memcmp(&a.score, &b.score, sizeof a.score) == 0;
  }));
}

}  // namespace

TEST_CASE("a map searched on the GPU gives the CPU's matches") {
  const auto device = cuda::open_device(0);
  if (!device.ok()) {
    std::printf("SKIPPED: %s\n", device.error().message());
    return;
  }
  Random random;
  for (const DescriptorType type : {DescriptorType::bits, DescriptorType::s8, DescriptorType::f32}) {
    for (const std::int32_t dimension : {9, 100, 512}) {
      PlaceMap map(spec_of(type, dimension));
      for (int i = 0; i < kPlaces; ++i)
        REQUIRE(map.add(view_of(map.spec(), random_descriptor(map.spec(), &random)), 2 * i).ok());
      for (const int count : {1, 20, 1024})
        check_equal(map, count, random);
    }
  }
}
