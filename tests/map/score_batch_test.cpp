#include "map/score_batch.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "bitplace/place_map.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr DescriptorType kTypes[] = {DescriptorType::f32, DescriptorType::s8, DescriptorType::bits};
constexpr float kUntouched = 77.0f;

struct Descriptors {
  DescriptorSpec spec;
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<DescriptorView> views;

  Descriptors(const DescriptorSpec& descriptor_spec, std::size_t count, Random* random)
      : spec(descriptor_spec) {
    for (std::size_t i = 0; i < count; ++i)
      bytes.push_back(random_descriptor(spec, random));
    for (const auto& descriptor : bytes)
      views.push_back(view_of(spec, descriptor));
  }
  std::int64_t size() const { return static_cast<std::int64_t>(views.size()); }
};

PlaceMap map_of(const Descriptors& places) {
  PlaceMap map(places.spec);
  for (std::int64_t i = 0; i < places.size(); ++i)
    REQUIRE(map.add(places.views[static_cast<std::size_t>(i)], i).ok());
  return map;
}

// What one call per query gives.
std::vector<float> one_by_one(const PlaceMap& map, const Descriptors& queries) {
  const auto size = static_cast<std::size_t>(map.size());
  std::vector<float> scores(size * queries.views.size());
  for (std::size_t q = 0; q < queries.views.size(); ++q)
    REQUIRE(map.scores(queries.views[q], scores.data() + q * size, map.size()).ok());
  return scores;
}

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Scores all together; the float behind the last one must stay as it was.
std::vector<float> together(const PlaceMap& map, const Descriptors& queries, Executor* executor) {
  const auto count = static_cast<std::size_t>(map.size()) * queries.views.size();
  std::vector<float> scores(count + 1, kUntouched);
  REQUIRE(map.scores(queries.views.data(), queries.size(), scores.data(), map.size(), executor).ok());
  CHECK(scores.back() == kUntouched);
  scores.pop_back();
  return scores;
}

// Runs indices backwards and notes how many there were.
class Backwards final : public Executor {
 public:
  int concurrency() const noexcept override { return 1; }
  void parallel_for(std::int64_t count, Function function, void* context) noexcept override {
    indices += count;
    while (count > 0)
      function(--count, context);
  }
  std::int64_t indices = 0;
};

}  // namespace

TEST_CASE("many queries give the bytes of one after another, whatever is left over") {
  Random random;
  auto pool = create_thread_pool(3);
  REQUIRE(pool.ok());
  Backwards backwards;
  for (const DescriptorType type : kTypes) {
    // Below and above the largest block, and descriptors of which few make a block and a chunk.
    for (const int dimension : {7, 1003, 40001}) {
      const DescriptorSpec spec = spec_of(type, dimension);
      const std::int64_t block = places_per_block(spec.bytes());
      for (const std::int64_t places : {std::int64_t{1}, block - 1, block, 2 * block + 3}) {
        const PlaceMap map = map_of(Descriptors(spec, static_cast<std::size_t>(places), &random));
        for (const std::size_t query_count : {1u, 3u, 65u}) {
          CAPTURE(descriptor_type_name(type), dimension, places, query_count);
          const Descriptors queries(spec, query_count, &random);
          const std::vector<float> expected = one_by_one(map, queries);
          CHECK(same_bytes(together(map, queries, nullptr), expected));
          CHECK(same_bytes(together(map, queries, pool->get()), expected));
          CHECK(same_bytes(together(map, queries, &backwards), expected));
        }
      }
    }
  }
}

TEST_CASE("the executor is given every block of places once per group of queries") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::bits, 64);
  const PlaceMap map = map_of(Descriptors(spec, 513, &random));
  Backwards executor;
  together(map, Descriptors(spec, 64, &random), &executor);
  CHECK(executor.indices == 3);
  together(map, Descriptors(spec, 65, &random), &executor);
  CHECK(executor.indices == 9);
}

TEST_CASE("a block of places fits into half of the cache, in whole steps, and is never empty") {
  CHECK(places_per_block(1) == 256);
  CHECK(places_per_block(1152) == 256);
  CHECK(places_per_block(36864) == 12);
  CHECK(places_per_block(std::size_t{1} << 26) == 4);
}

TEST_CASE("no queries, or no places, is nothing to do") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::s8, 16);
  const PlaceMap map = map_of(Descriptors(spec, 5, &random));
  float untouched = kUntouched;
  CHECK(map.scores(nullptr, 0, &untouched, 5).ok());
  CHECK(untouched == kUntouched);
  const Descriptors queries(spec, 2, &random);
  CHECK(PlaceMap(spec).scores(queries.views.data(), 2, nullptr, 0).ok());
}

TEST_CASE("one unfit query refuses them all and is named") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::s8, 16);
  const PlaceMap map = map_of(Descriptors(spec, 5, &random));
  Descriptors queries(spec, 70, &random);
  std::vector<float> scores(70 * 5, kUntouched);
  const auto error_of = [&] {
    const Status status = map.scores(queries.views.data(), queries.size(), scores.data(), 5);
    REQUIRE_FALSE(status.ok());
    CHECK(scores == std::vector<float>(70 * 5, kUntouched));
    return status.error();
  };
  for (const std::size_t unfit : {0u, 33u, 69u}) {
    CAPTURE(unfit);
    const std::string name = "query " + std::to_string(unfit) + ": ";
    const DescriptorView fit = queries.views[unfit];
    queries.views[unfit].spec.identity[0] ^= 1;
    CHECK(error_of().code() == ErrorCode::mismatch);
    CHECK(error_of().message() == name + "place map: the descriptor was made by another model");
    queries.views[unfit] = fit;
    queries.views[unfit].spec.dimension = 15;
    CHECK(error_of().code() == ErrorCode::mismatch);
    queries.views[unfit] = fit;
    queries.views[unfit].data = nullptr;
    CHECK(error_of().code() == ErrorCode::invalid_argument);
    CHECK(error_of().message() == name + "descriptor: no data");
    queries.views[unfit] = fit;
    const std::uint8_t kept = queries.bytes[unfit][3];
    queries.bytes[unfit][3] = 0x80;
    CHECK(error_of().message() == name + "descriptor: an element is -128");
    queries.bytes[unfit][3] = kept;
  }
}

TEST_CASE("impossible counts, missing memory and unusable maps are refused") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::bits, 16);
  PlaceMap map = map_of(Descriptors(spec, 5, &random));
  const Descriptors queries(spec, 2, &random);
  const DescriptorView* views = queries.views.data();
  float scores[12];
  const auto code = [](const Status& status) { return status.error().code(); };
  CHECK(code(map.scores(views, -1, scores, 5)) == ErrorCode::invalid_argument);
  CHECK(code(map.scores(nullptr, 2, scores, 5)) == ErrorCode::invalid_argument);
  CHECK(code(map.scores(views, 2, nullptr, 5)) == ErrorCode::invalid_argument);
  CHECK(code(map.scores(views, 2, scores, 4)) == ErrorCode::invalid_argument);
  CHECK(code(map.scores(views, 2, scores, 6)) == ErrorCode::invalid_argument);
  const PlaceMap impossible(spec_of(DescriptorType::bits, 0));
  CHECK(code(impossible.scores(views, 2, scores, 0)) == ErrorCode::invalid_argument);
  const PlaceMap moved = std::move(map);
  CHECK(code(map.scores(views, 2, scores, 5)) == ErrorCode::out_of_memory);
}
