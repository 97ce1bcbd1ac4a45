#include "sizing/descriptor_size.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/text_table.h"
#include "core/error.h"
#include "core/number_text.h"

namespace bitplace::tools {
namespace {

// docs/map-format.md
constexpr std::int64_t kMostDimensions = 1 << 24;
constexpr std::int64_t kMostDimensionsS8 = 1 << 17;
constexpr std::int64_t kIdBytes = 8;
constexpr std::int64_t kNormBytes = 4;
constexpr std::int64_t kMostPlaces = std::int64_t{1} << 40;  // beyond any memory

std::int64_t most_dimensions(DescriptorType type) {
  return type == DescriptorType::s8 ? kMostDimensionsS8 : kMostDimensions;
}

std::int64_t bytes_beside_descriptor(DescriptorType type) {
  return kIdBytes + (type == DescriptorType::s8 ? kNormBytes : 0);
}

// floor(numerator / denominator) within [0, most].
std::int64_t whole_quotient(double numerator, double denominator, std::int64_t most) {
  if (!(numerator > 0.0)) return 0;
  if (!(numerator < denominator * static_cast<double>(most))) return most;
  return static_cast<std::int64_t>(numerator / denominator);
}

std::int64_t dimensions_in(DescriptorType type, std::int64_t bytes) {
  if (bytes < 1) return 0;
  const std::int64_t most = most_dimensions(type);
  if (bytes >= most * 4) return most;
  const std::int64_t dimensions = type == DescriptorType::f32  ? bytes / 4
                                  : type == DescriptorType::s8 ? bytes
                                                               : bytes * 8;
  return std::min(dimensions, most);
}

void settle(Ceiling* ceiling, std::int64_t most) {
  ceiling->largest = most;
  ceiling->limit = Limit::format;
  if (!ceiling->by_latency && !ceiling->by_memory) ceiling->limit = Limit::none;
  if (ceiling->by_latency && *ceiling->by_latency < ceiling->largest) {
    ceiling->largest = *ceiling->by_latency;
    ceiling->limit = Limit::latency;
  }
  if (ceiling->by_memory && *ceiling->by_memory < ceiling->largest) {
    ceiling->largest = *ceiling->by_memory;
    ceiling->limit = Limit::memory;
  }
}

}  // namespace

const char* limit_name(Limit limit) {
  switch (limit) {
    case Limit::none:
      return "none";
    case Limit::latency:
      return "latency";
    case Limit::memory:
      return "memory";
    case Limit::format:
      return "format";
  }
  return "unknown";
}

std::int64_t bytes_per_place(DescriptorType type, std::int64_t dimension) {
  const DescriptorSpec spec{type, static_cast<std::int32_t>(dimension), {}};
  return static_cast<std::int64_t>(spec.bytes()) + bytes_beside_descriptor(type);
}

double map_bytes(DescriptorType type, std::int64_t dimension, std::int64_t places) {
  return static_cast<double>(bytes_per_place(type, dimension)) * static_cast<double>(places);
}

double total_ms(const ModelCost& cost, DescriptorType type, std::int64_t dimension, std::int64_t places) {
  return cost.describe_ms +
         cost.search_of(type).milliseconds(static_cast<double>(dimension), static_cast<double>(places));
}

Status check_reachable(const ModelCost& cost, const SizeLimits& limits) {
  if (!limits.latency_ms || cost.describe_ms < *limits.latency_ms) return {};
  return make_error(
      ErrorCode::invalid_argument, "--latency-ms " + number_text(*limits.latency_ms),
      "describing one picture alone takes " + fixed(cost.describe_ms, 3) +
          " ms here, whatever the descriptor: allow more, use more threads or a smaller network");
}

Ceiling dimension_ceiling(const ModelCost& cost, const SizeLimits& limits, DescriptorType type) {
  const std::int64_t most = most_dimensions(type);
  const auto places = static_cast<double>(*limits.places);
  const SearchTime& search = cost.search_of(type);
  Ceiling ceiling;
  if (limits.latency_ms) {
    const double left = *limits.latency_ms - total_ms(cost, type, 0, *limits.places);
    ceiling.by_latency = whole_quotient(left, search.per_element * places, most);
  }
  if (limits.memory_bytes) {
    ceiling.by_memory =
        dimensions_in(type, *limits.memory_bytes / *limits.places - bytes_beside_descriptor(type));
  }
  settle(&ceiling, most);
  return ceiling;
}

Ceiling place_ceiling(const ModelCost& cost, const SizeLimits& limits, DescriptorType type,
                      std::int64_t dimension) {
  Ceiling ceiling;
  if (limits.latency_ms) {
    const double left = *limits.latency_ms - total_ms(cost, type, dimension, 0);
    const double each =
        cost.search_of(type).milliseconds(static_cast<double>(dimension), 1.0) - cost.search_of(type).fixed;
    ceiling.by_latency = whole_quotient(left, each, kMostPlaces);
  }
  if (limits.memory_bytes)
    ceiling.by_memory = std::min(kMostPlaces, *limits.memory_bytes / bytes_per_place(type, dimension));
  settle(&ceiling, kMostPlaces);
  return ceiling;
}

}  // namespace bitplace::tools
