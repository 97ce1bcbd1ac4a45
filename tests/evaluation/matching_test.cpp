#include "evaluation/matching.h"

#include <catch2/catch.hpp>

#include "cuda/runtime/emulated_device.h"
#include "map/device_search_implementation.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;
using namespace bitplace::tools;

namespace {

PlaceMap random_map(const DescriptorSpec& spec, int places, Random* random) {
  PlaceMap map(spec);
  for (int i = 0; i < places; ++i)
    REQUIRE(map.add(view_of(spec, random_descriptor(spec, random)), i).ok());
  return map;
}

// Random queries through the matcher, against the map's own answer to each.
void check_rankings(BlockMatcher matcher, const PlaceMap& map, int queries, Random* random) {
  const DescriptorSpec spec = map.spec();
  std::vector<Matches> expected;
  for (int i = 0; i < queries; ++i) {
    const auto query = random_descriptor(spec, random);
    REQUIRE(matcher.add(view_of(spec, query)).ok());
    expected.push_back(map.query(view_of(spec, query), kDeepestRecall));
  }
  REQUIRE(matcher.finish().ok());
  const std::vector<Ranking> rankings = matcher.take_rankings();
  REQUIRE(rankings.size() == expected.size());
  for (std::size_t q = 0; q < rankings.size(); ++q) {
    CAPTURE(descriptor_type_name(spec.type), map.size(), q);
    REQUIRE(rankings[q].size() == expected[q].size());
    for (std::size_t i = 0; i < rankings[q].size(); ++i) {
      CHECK(rankings[q][i].index == expected[q][i].index);
      CHECK(rankings[q][i].id == expected[q][i].id);
      CHECK(rankings[q][i].score == expected[q][i].score);
    }
  }
}

}  // namespace

TEST_CASE("queries ranked in blocks are ranked as by single searches") {
  Random random;
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    auto pool = create_thread_pool(threads);
    REQUIRE(pool.ok());
    for (const DescriptorType type : {DescriptorType::f32, DescriptorType::s8, DescriptorType::bits}) {
      // Few dimensions make many ties, few references short rankings.
      for (const int references : {0, 3, 20, 21, 600}) {
        const PlaceMap map = random_map(spec_of(type, 6), references, &random);
        check_rankings(BlockMatcher(map, **pool, 4), map, 11, &random);
      }
    }
  }
}

TEST_CASE("queries ranked in blocks by a device are ranked as by single searches") {
  Random random;
  for (const int references : {3, 50}) {
    const PlaceMap map = random_map(spec_of(DescriptorType::bits, 6), references, &random);
    auto made = DeviceSearch::Implementation::create(map, {"cuda", 3, kDeepestRecall},
                                                     cuda::create_emulated_device());
    REQUIRE(made.ok());
    DeviceSearch search(*std::move(made));
    check_rankings(BlockMatcher(search, 4), map, 9, &random);
  }
}

TEST_CASE("a query of another model is refused") {
  Random random;
  auto pool = create_thread_pool(1);
  REQUIRE(pool.ok());
  const PlaceMap map(spec_of(DescriptorType::bits, 64));
  BlockMatcher matcher(map, **pool, 4);
  const DescriptorSpec longer = spec_of(DescriptorType::bits, 640);
  CHECK(matcher.add(view_of(longer, random_descriptor(longer, &random))).error().code() ==
        ErrorCode::mismatch);
}
