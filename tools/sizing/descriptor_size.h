// The largest descriptor that keeps a time and a memory limit: equations 7 and 8 of Grainge 2024, with
// measured costs (docs/descriptor-size.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bitplace/descriptor.h"
#include "bitplace/result.h"
#include "sizing/search_time.h"

namespace bitplace::tools {

inline constexpr std::array kDescriptorTypes = {DescriptorType::f32, DescriptorType::s8,
                                                DescriptorType::bits};

// What is known of a model on a machine.
struct ModelCost {
  DescriptorType type = DescriptorType::f32;
  std::int32_t dimension = 0;
  double describe_ms = 0.0;
  std::array<SearchTime, kDescriptorTypes.size()> search;  // by descriptor type

  const SearchTime& search_of(DescriptorType of) const { return search[static_cast<std::size_t>(of)]; }
};

// What is asked of it; what is left out does not limit.
struct SizeLimits {
  std::optional<double> latency_ms;  // picture to place: describing and searching
  std::optional<std::int64_t> places;
  std::optional<std::int64_t> memory_bytes;  // of the map
};

enum class Limit { none, latency, memory, format };  // format: what a map can hold at all

const char* limit_name(Limit limit);

// The largest number (of dimensions, or of places) that each limit allows, 0 where not even one.
struct Ceiling {
  std::optional<std::int64_t> by_latency, by_memory;
  std::int64_t largest = 0;
  Limit limit = Limit::none;
};

// A place in memory: the descriptor, its 8-byte id, and for s8 its 4-byte norm.
std::int64_t bytes_per_place(DescriptorType type, std::int64_t dimension);
// As a number that cannot overflow.
double map_bytes(DescriptorType type, std::int64_t dimension, std::int64_t places);

// Time of one picture: describing and searching.
double total_ms(const ModelCost& cost, DescriptorType type, std::int64_t dimension, std::int64_t places);

// Error: invalid_argument where describing alone takes as long as the latency allows, or longer.
Status check_reachable(const ModelCost& cost, const SizeLimits& limits);

// The largest dimension for limits.places, which is given.
Ceiling dimension_ceiling(const ModelCost& cost, const SizeLimits& limits, DescriptorType type);
// The most places for a dimension.
Ceiling place_ceiling(const ModelCost& cost, const SizeLimits& limits, DescriptorType type,
                      std::int64_t dimension);

}  // namespace bitplace::tools
