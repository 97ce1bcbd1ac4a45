#include "sizing/search_measurement.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "bitplace/place_map.h"
#include "common/statistics.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

constexpr int kMatches = 5;
constexpr int kWarmUps = 2;
constexpr int kRepetitions = 7;
constexpr std::int64_t kPatterns = 61;  // different descriptors; a map holds them in turn

// Descriptors of any values: what a search costs does not depend on them.
std::vector<std::uint8_t> random_descriptors(const DescriptorSpec& spec) {
  std::vector<std::uint8_t> bytes(spec.bytes() * kPatterns);
  std::uint32_t state = 1;
  const auto next = [&state] { return state = state * 1664525u + 1013904223u; };
  if (spec.type == DescriptorType::f32) {
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
      const float value = static_cast<float>(next() >> 8) * 0x1p-23f - 1.0f;
      std::memcpy(bytes.data() + i, &value, sizeof value);
    }
    return bytes;
  }
  // Not -128 among codes; and no bit beyond a dimension that does not fill its last byte.
  const bool partly = spec.type == DescriptorType::bits && spec.dimension % 8 != 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(next() >> 24);
    const bool last = (i + 1) % spec.bytes() == 0;
    bytes[i] = partly && last ? 0 : byte == 0x80 ? std::uint8_t{1} : byte;
  }
  return bytes;
}

class TimedMap {
 public:
  explicit TimedMap(const DescriptorSpec& spec)
      : spec_(spec), places_(spec), patterns_(random_descriptors(spec)) {}

  Status grow_to(std::int64_t count) {
    while (places_.size() < count)
      BITPLACE_TRY(places_.add(pattern(places_.size()), places_.size()));
    return {};
  }

  Result<double> median_ms(Executor* executor) const {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (int i = 0; i < kWarmUps + kRepetitions; ++i) {
      const DescriptorView query = pattern(i);
      const Clock::time_point start = Clock::now();
      const Matches matches =
          executor != nullptr ? places_.query(query, kMatches, *executor) : places_.query(query, kMatches);
      const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      if (!matches.ok()) return matches.error();
      if (i >= kWarmUps) times.push_back(elapsed);
    }
    return percentile(std::move(times), 0.5);
  }

 private:
  DescriptorView pattern(std::int64_t i) const {
    return {patterns_.data() + static_cast<std::size_t>(i % kPatterns) * spec_.bytes(), spec_};
  }

  DescriptorSpec spec_;
  PlaceMap places_;
  std::vector<std::uint8_t> patterns_;
};

}  // namespace

Result<std::vector<SearchMeasurement>> measure_searches(DescriptorType type,
                                                        std::span<const std::int32_t> dimensions,
                                                        std::int64_t bytes, Executor* executor,
                                                        const std::function<void()>& advance) {
  std::vector<SearchMeasurement> measurements;
  for (const std::int32_t dimension : dimensions) {
    const DescriptorSpec spec{type, dimension, {}};
    TimedMap map(spec);
    for (const std::int64_t size : {bytes / 2, bytes}) {
      const std::int64_t places = std::max<std::int64_t>(1, size / static_cast<std::int64_t>(spec.bytes()));
      BITPLACE_TRY(map.grow_to(places));
      BITPLACE_ASSIGN(milliseconds, map.median_ms(executor));
      measurements.push_back({dimension, places, milliseconds});
      advance();
    }
  }
  return measurements;
}

}  // namespace bitplace::tools
