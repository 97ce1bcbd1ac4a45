// What makes a descriptor fit for a map, and how alike two of them are.
#pragma once

#include <cstdint>

#include "bitplace/descriptor.h"
#include "bitplace/result.h"
#include "kernels/distance/distance.h"
#include "map/place_storage.h"

namespace bitplace {

// Dimension 1 to 2^24, for s8 to 2^17 (the dot product is an s32). Error: invalid_argument.
Status check_spec(const DescriptorSpec& spec);

// Null, or what is wrong with the values. No descriptor that passes gives a distance that is not a number or
// not finite: f32 elements are at most 2^50 in magnitude, s8 elements are not -128, unused bits are 0.
const char* descriptor_fault(const DescriptorSpec& spec, const void* descriptor);

// Errors: mismatch (another model's descriptor), invalid_argument (descriptor_fault).
Status check_descriptor(const DescriptorSpec& spec, const DescriptorView& descriptor);

// The Euclidean norm of an s8 descriptor: the exact integer sum of squares, its square root in binary64,
// rounded once to binary32. 0 for the other types, which need none.
float descriptor_norm(const DescriptorSpec& spec, const void* descriptor);

// A key orders places, larger is more alike: bits the negated Hamming distance, otherwise the score.
// score: s8 dot / (norm * norm), computed in binary64, rounded once to binary32 and clamped to [-1, 1] (0
// where a norm is 0); f32 the dot product; bits 1 - 2 * hamming / dimension in binary64, rounded once.
float score_of_key(const DescriptorSpec& spec, float key);

// One query against blocks of places.
class Scorer {
 public:
  static constexpr std::int64_t kMaxBlock = 256;

  // `query` has passed descriptor_fault and outlives the scorer.
  Scorer(const DescriptorSpec& spec, const DistanceKernel& kernel, const void* query);

  // One key for each of at most kMaxBlock places.
  void keys(const PlaceBlock& block, float* out) const { keys(block, 0, out); }
  // The same for places that one pass reads in order from memory.
  void keys_from_memory(const PlaceBlock& block, float* out) const;
  float score(float key) const;
  // One score for each of at most kMaxBlock places.
  void scores(const PlaceBlock& block, float* out) const;

 private:
  // `ahead` as in DistanceCall.
  void keys(const PlaceBlock& block, std::size_t ahead, float* out) const;

  const DescriptorSpec& spec_;
  const DistanceKernel& kernel_;
  const void* query_;
  float norm_;
};

}  // namespace bitplace
