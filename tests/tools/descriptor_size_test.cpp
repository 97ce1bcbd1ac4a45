#include "sizing/descriptor_size.h"

#include <catch2/catch.hpp>

#include "bitplace/place_map.h"

using namespace bitplace;
using namespace bitplace::tools;

namespace {

// Describing 2 ms; a search 0.1 ms, 10 ns a place, and a nanosecond for each f32, a quarter of that for s8,
// an eightieth for bits.
ModelCost cost() {
  ModelCost result;
  result.type = DescriptorType::f32;
  result.dimension = 1024;
  result.describe_ms = 2.0;
  result.search = {SearchTime{0.1, 1e-5, 1e-6}, {0.1, 1e-5, 0.25e-6}, {0.1, 1e-5, 0.0125e-6}};
  return result;
}

SizeLimits limits(std::optional<double> latency, std::optional<std::int64_t> places,
                  std::optional<std::int64_t> memory) {
  return {latency, places, memory};
}

}  // namespace

TEST_CASE("the largest dimension keeps the limits, and one more does not") {
  for (const DescriptorType type : kDescriptorTypes) {
    for (const std::int64_t places : {1, 999, 10000, 123457}) {
      for (const double latency : {4.0, 17.3}) {
        for (const std::int64_t memory : {1 << 16, 40 << 20}) {
          CAPTURE(descriptor_type_name(type), places, latency, memory);
          const Ceiling ceiling = dimension_ceiling(cost(), limits(latency, places, memory), type);
          REQUIRE(ceiling.by_latency);
          REQUIRE(ceiling.by_memory);
          const std::int64_t most = type == DescriptorType::s8 ? 1 << 17 : 1 << 24;
          CHECK(ceiling.largest == std::min({*ceiling.by_latency, *ceiling.by_memory, most}));
          if (*ceiling.by_latency > 0)
            CHECK(total_ms(cost(), type, *ceiling.by_latency, places) <= latency * (1 + 1e-12));
          if (*ceiling.by_latency < most)
            CHECK(total_ms(cost(), type, *ceiling.by_latency + 1, places) > latency * (1 - 1e-12));
          if (*ceiling.by_memory > 0)
            CHECK(map_bytes(type, *ceiling.by_memory, places) <= static_cast<double>(memory));
          if (*ceiling.by_memory < most)
            CHECK(map_bytes(type, *ceiling.by_memory + 1, places) > static_cast<double>(memory));
        }
      }
    }
  }
}

TEST_CASE("the limit that binds is named") {
  const auto limit = [](std::optional<double> latency, std::optional<std::int64_t> memory) {
    return dimension_ceiling(cost(), limits(latency, 1000, memory), DescriptorType::f32).limit;
  };
  CHECK(limit(3.0, 1 << 30) == Limit::latency);
  CHECK(limit(100.0, 1 << 20) == Limit::memory);
  CHECK(limit(std::nullopt, std::int64_t{1} << 50) == Limit::format);
  CHECK(limit(std::nullopt, std::nullopt) == Limit::none);
}

TEST_CASE("the most places keep the limits, and one more does not") {
  for (const DescriptorType type : kDescriptorTypes) {
    CAPTURE(descriptor_type_name(type));
    const Ceiling ceiling = place_ceiling(cost(), limits(20.0, std::nullopt, 5 << 20), type, 512);
    CHECK(total_ms(cost(), type, 512, *ceiling.by_latency) <= 20.0 * (1 + 1e-12));
    CHECK(total_ms(cost(), type, 512, *ceiling.by_latency + 1) > 20.0 * (1 - 1e-12));
    CHECK(map_bytes(type, 512, *ceiling.by_memory) <= 5 << 20);
    CHECK(map_bytes(type, 512, *ceiling.by_memory + 1) > 5 << 20);
    CHECK(ceiling.largest == std::min(*ceiling.by_latency, *ceiling.by_memory));
  }
}

TEST_CASE(
    "equation 8 of the paper: 100 000 descriptors of 512 f32 take 196 MB, and their ids a little more") {
  CHECK(map_bytes(DescriptorType::f32, 512, 100000) == 100000.0 * (512 * 4 + 8));
}

TEST_CASE("a map takes the memory that is planned for it") {
  for (const DescriptorType type : kDescriptorTypes) {
    CAPTURE(descriptor_type_name(type));
    constexpr std::int32_t kDimension = 1000;
    constexpr std::int64_t kPlaces = 20000;
    const DescriptorSpec spec{type, kDimension, {}};
    PlaceMap places(spec);
    const std::vector<std::uint8_t> zeros(spec.bytes());
    for (std::int64_t i = 0; i < kPlaces; ++i)
      REQUIRE(places.add({zeros.data(), spec}, i).ok());
    const auto actual = static_cast<double>(places.memory_bytes());
    CHECK(actual >= map_bytes(type, kDimension, kPlaces));
    CHECK(actual < 2.0 * map_bytes(type, kDimension, kPlaces));
  }
}

TEST_CASE("a latency that describing alone exceeds is refused") {
  CHECK(check_reachable(cost(), limits(2.5, 10, std::nullopt)).ok());
  CHECK(check_reachable(cost(), limits(std::nullopt, 10, 1)).ok());
  const Status refused = check_reachable(cost(), limits(2.0, 10, std::nullopt));
  REQUIRE_FALSE(refused.ok());
  CHECK(std::string(refused.error().message()).find("2.000 ms") != std::string::npos);
}

TEST_CASE("where not even one dimension fits, the ceiling is 0") {
  const Ceiling slow = dimension_ceiling(cost(), limits(2.05, 1000, std::nullopt), DescriptorType::bits);
  CHECK(slow.largest == 0);
  CHECK(slow.limit == Limit::latency);
  const Ceiling crowded = dimension_ceiling(cost(), limits(std::nullopt, 1000, 8000), DescriptorType::bits);
  CHECK(crowded.largest == 0);
  CHECK(crowded.limit == Limit::memory);
}
