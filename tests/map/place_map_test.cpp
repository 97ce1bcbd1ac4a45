#include "bitplace/place_map.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <thread>

#include "core/hash.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr DescriptorType kTypes[] = {DescriptorType::f32, DescriptorType::s8, DescriptorType::bits};

struct Places {
  DescriptorSpec spec;
  std::vector<std::vector<std::uint8_t>> descriptors;
  PlaceMap map;

  Places(const DescriptorSpec& descriptor_spec, int count, Random* random)
      : spec(descriptor_spec), map(descriptor_spec) {
    for (int i = 0; i < count; ++i)
      add(random_descriptor(spec, random));
  }
  void add(const std::vector<std::uint8_t>& descriptor) {
    REQUIRE(map.add(view_of(spec, descriptor), 1000 + map.size()).ok());
    descriptors.push_back(descriptor);
  }
};

// The similarity as the documents define it, written as plainly as possible.
double similarity(const DescriptorSpec& spec, const std::vector<std::uint8_t>& a,
                  const std::vector<std::uint8_t>& b) {
  double dot = 0;
  double norm_a = 0;
  double norm_b = 0;
  for (std::int32_t i = 0; i < spec.dimension; ++i) {
    const auto at = static_cast<std::size_t>(i);
    double x = 0;
    double y = 0;
    if (spec.type == DescriptorType::f32) {
      float values[2];
      std::memcpy(values, a.data() + 4 * at, 4);
      std::memcpy(values + 1, b.data() + 4 * at, 4);
      x = static_cast<double>(values[0]);
      y = static_cast<double>(values[1]);
    } else if (spec.type == DescriptorType::s8) {
      x = static_cast<std::int8_t>(a[at]);
      y = static_cast<std::int8_t>(b[at]);
    } else {
      x = 1 - 2 * (a[at / 8] >> at % 8 & 1);
      y = 1 - 2 * (b[at / 8] >> at % 8 & 1);
    }
    dot += x * y;
    norm_a += x * x;
    norm_b += y * y;
  }
  if (spec.type == DescriptorType::f32) return dot;
  return norm_a == 0 || norm_b == 0 ? 0 : dot / std::sqrt(norm_a * norm_b);
}

std::vector<Match> to_vector(const Matches& matches) {
  REQUIRE(matches.ok());
  return {matches.begin(), matches.end()};
}

void check_equal(const std::vector<Match>& a, const std::vector<Match>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].index == b[i].index);
    CHECK(a[i].id == b[i].id);
    CHECK(a[i].score == b[i].score);
  }
}

// scores() sorted: what query() must find.
std::vector<Match> by_sorting(const PlaceMap& map, const DescriptorView& query, std::size_t count) {
  std::vector<float> scores(static_cast<std::size_t>(map.size()));
  REQUIRE(map.scores(query, scores.data(), map.size()).ok());
  std::vector<Match> all;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    all.push_back({1000 + index, index, scores[i]});
  }
  std::stable_sort(all.begin(), all.end(), [](const Match& a, const Match& b) { return a.score > b.score; });
  all.resize(std::min(count, all.size()));
  return all;
}

}  // namespace

TEST_CASE("scores are the cosine that the documents define") {
  Random random;
  for (const DescriptorType type : kTypes) {
    for (const int dimension : {1, 3, 8, 61, 64, 257, 1000}) {
      CAPTURE(descriptor_type_name(type), dimension);
      Places places(spec_of(type, dimension), 20, &random);
      const auto query = random_descriptor(places.spec, &random);
      std::vector<float> scores(20);
      REQUIRE(places.map.scores(view_of(places.spec, query), scores.data(), 20).ok());
      for (std::size_t i = 0; i < scores.size(); ++i) {
        const double expected = similarity(places.spec, query, places.descriptors[i]);
        CHECK(static_cast<double>(scores[i]) == Approx(expected).margin(1e-5 * std::sqrt(dimension)));
        if (type != DescriptorType::f32) CHECK(std::fabs(scores[i]) <= 1.0f);
      }
    }
  }
}

TEST_CASE("a descriptor finds itself with the highest score there is") {
  Random random;
  for (const DescriptorType type : {DescriptorType::s8, DescriptorType::bits}) {
    Places places(spec_of(type, 777), 300, &random);
    for (const std::size_t i : {0u, 15u, 16u, 299u}) {
      const Matches matches = places.map.query(view_of(places.spec, places.descriptors[i]), 1);
      REQUIRE(matches.size() == 1);
      CHECK(matches[0].index == static_cast<std::int64_t>(i));
      CHECK(matches[0].id == 1000 + static_cast<std::int64_t>(i));
      CHECK(matches[0].score == Approx(1.0).margin(1e-6));
    }
  }
}

TEST_CASE("query finds what sorting all scores finds, with any executor") {
  Random random;
  auto pool = create_thread_pool(3);
  REQUIRE(pool.ok());
  for (const DescriptorType type : kTypes) {
    // Few dimensions make many ties.
    for (const int dimension : {5, 96}) {
      Places places(spec_of(type, dimension), 5000, &random);
      const auto query = random_descriptor(places.spec, &random);
      const DescriptorView view = view_of(places.spec, query);
      for (const int count : {1, 2, 10, 300, 5000, 6000, std::numeric_limits<int>::max()}) {
        CAPTURE(descriptor_type_name(type), dimension, count);
        const auto expected = by_sorting(places.map, view, static_cast<std::size_t>(count));
        check_equal(to_vector(places.map.query(view, count)), expected);
        check_equal(to_vector(places.map.query(view, count, **pool)), expected);
      }
    }
  }
}

TEST_CASE("ties go to the place that was added first") {
  Random random;
  for (const DescriptorType type : kTypes) {
    Places places(spec_of(type, 40), 10, &random);
    const auto repeated = random_descriptor(places.spec, &random);
    for (int i = 0; i < 500; ++i)
      places.add(repeated);
    const auto matches = to_vector(places.map.query(view_of(places.spec, repeated), 700));
    REQUIRE(matches.size() == 510);
    for (std::size_t i = 1; i < matches.size(); ++i) {
      if (matches[i].score == matches[i - 1].score) CHECK(matches[i - 1].index < matches[i].index);
    }
  }
}

TEST_CASE("a zero s8 descriptor is like nothing") {
  Random random;
  Places places(spec_of(DescriptorType::s8, 33), 3, &random);
  places.add(std::vector<std::uint8_t>(33, 0));
  float scores[4] = {9, 9, 9, 9};
  const std::vector<std::uint8_t> zero(33, 0);
  REQUIRE(places.map.scores(view_of(places.spec, zero), scores, 4).ok());
  for (const float score : scores)
    CHECK(score == 0.0f);
  REQUIRE(places.map.scores(view_of(places.spec, places.descriptors[0]), scores, 4).ok());
  CHECK(scores[3] == 0.0f);
}

TEST_CASE("an empty map has no matches") {
  Random random;
  for (const DescriptorType type : kTypes) {
    const PlaceMap map(spec_of(type, 16));
    const auto query = random_descriptor(map.spec(), &random);
    const Matches matches = map.query(view_of(map.spec(), query), 5);
    CHECK(matches.ok());
    CHECK(matches.empty());
    CHECK(map.size() == 0);
    CHECK(map.scores(view_of(map.spec(), query), nullptr, 0).ok());
  }
}

TEST_CASE("descriptors of another model, type or dimension are refused") {
  Random random;
  Places places(spec_of(DescriptorType::bits, 64), 2, &random);
  const std::vector<std::uint8_t> bytes(1024);
  std::vector<DescriptorSpec> others(3, places.spec);
  others[0].identity[15] ^= 1;
  others[1].type = DescriptorType::s8;
  others[2].dimension = 72;
  for (const DescriptorSpec& other : others) {
    CHECK(places.map.add({bytes.data(), other}, 0).error().code() == ErrorCode::mismatch);
    CHECK(places.map.query({bytes.data(), other}, 1).error().code() == ErrorCode::mismatch);
    float scores[2];
    CHECK(places.map.scores({bytes.data(), other}, scores, 2).error().code() == ErrorCode::mismatch);
  }
  CHECK(places.map.size() == 2);
}

TEST_CASE("values that no model gives are refused") {
  const auto refused = [](const DescriptorSpec& spec, const void* data) {
    PlaceMap map(spec);
    CHECK(map.add({data, spec}, 0).error().code() == ErrorCode::invalid_argument);
    CHECK(map.query({data, spec}, 1).error().code() == ErrorCode::invalid_argument);
    CHECK(map.size() == 0);
  };
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY, 0x1p51f}) {
    const float values[3] = {0, bad, 0};
    refused(spec_of(DescriptorType::f32, 3), values);
  }
  const std::int8_t lowest[2] = {1, -128};
  refused(spec_of(DescriptorType::s8, 2), lowest);
  const std::uint8_t bits[2] = {0xff, 0x08};
  refused(spec_of(DescriptorType::bits, 11), bits);
  refused(spec_of(DescriptorType::bits, 11), nullptr);
}

TEST_CASE("impossible maps and calls are refused") {
  Random random;
  const auto bytes = std::vector<std::uint8_t>(8);
  for (const DescriptorSpec& spec :
       {spec_of(DescriptorType::f32, 0), spec_of(DescriptorType::bits, -8),
        spec_of(DescriptorType::s8, (1 << 17) + 1), spec_of(static_cast<DescriptorType>(3), 8)}) {
    PlaceMap map(spec);
    CHECK(map.add({bytes.data(), spec}, 0).error().code() == ErrorCode::invalid_argument);
    CHECK(map.query({bytes.data(), spec}, 1).error().code() == ErrorCode::invalid_argument);
    CHECK(map.save("/nonexistent/map").error().code() == ErrorCode::invalid_argument);
  }
  Places places(spec_of(DescriptorType::bits, 64), 2, &random);
  const DescriptorView view = view_of(places.spec, places.descriptors[0]);
  CHECK(places.map.query(view, 0).error().code() == ErrorCode::invalid_argument);
  CHECK(places.map.query(view, -3).error().code() == ErrorCode::invalid_argument);
  float scores[3];
  CHECK(places.map.scores(view, scores, 1).error().code() == ErrorCode::invalid_argument);
  CHECK(places.map.scores(view, scores, 3).error().code() == ErrorCode::invalid_argument);
  const PlaceMap moved = std::move(places.map);
  CHECK(moved.size() == 2);
  CHECK(places.map.size() == 0);
  CHECK(places.map.query(view, 1).error().code() == ErrorCode::out_of_memory);
}

TEST_CASE("readers see every place that was added before they asked") {
  Random random;
  const DescriptorSpec spec = spec_of(DescriptorType::s8, 48);
  constexpr int kPlaces = 6000;
  std::vector<std::vector<std::uint8_t>> descriptors;
  for (int i = 0; i < kPlaces; ++i)
    descriptors.push_back(random_descriptor(spec, &random));
  PlaceMap map(spec);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  const auto read = [&](std::uint64_t seed) {
    Random own(seed);
    do {
      const std::int64_t size = map.size();
      if (size == 0) continue;
      const std::int64_t index = own.integer(0, size - 1);
      const Matches matches = map.query(view_of(spec, descriptors[static_cast<std::size_t>(index)]), 2);
      const bool found =
          matches.ok() && !matches.empty() && matches[0].index == index && matches[0].id == 3 * index;
      if (!found) ++wrong;
    } while (!done);
  };
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    readers.emplace_back(read, seed);
  for (std::int64_t i = 0; i < kPlaces; ++i) {
    if (!map.add(view_of(spec, descriptors[static_cast<std::size_t>(i)]), 3 * i).ok()) ++wrong;
  }
  done = true;
  for (std::thread& reader : readers)
    reader.join();
  CHECK(wrong == 0);
  CHECK(map.size() == kPlaces);
}

TEST_CASE("every instruction set gives the same scores") {
  // Integers and ordered sums leave no room: the hash holds for every tier and processor.
  const auto hash_of = [](DescriptorType type) {
    Random random(1);
    Places places(spec_of(type, 1003), 300, &random);
    const auto query = random_descriptor(places.spec, &random);
    std::vector<float> scores(300);
    REQUIRE(places.map.scores(view_of(places.spec, query), scores.data(), 300).ok());
    return hash64(scores.data(), scores.size() * sizeof(float));
  };
  CHECK(hash_of(DescriptorType::f32) == 0xe0e2dbb370459c20u);
  CHECK(hash_of(DescriptorType::s8) == 0x0aeef38d7fd1148fu);
  CHECK(hash_of(DescriptorType::bits) == 0x6f8693be580ab724u);
}

TEST_CASE("a map's memory is counted") {
  Random random;
  Places places(spec_of(DescriptorType::bits, 9216), 0, &random);
  const std::size_t empty = places.map.memory_bytes();
  CHECK(empty < 1024);
  for (int i = 0; i < 1000; ++i)
    places.add(random_descriptor(places.spec, &random));
  CHECK(places.map.memory_bytes() >= 1000 * 1152);
  CHECK(places.map.memory_bytes() <= 2 * 1000 * 1200 + (std::size_t{64} << 10));
}
