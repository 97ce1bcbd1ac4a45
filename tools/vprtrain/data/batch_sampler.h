// Which images go into which batch.
#pragma once

#include <cstdint>
#include <vector>

#include "core/split_mix.h"
#include "vprtrain/data/dataset.h"

namespace bitplace::train {

struct Sample {
  std::int64_t image = 0;  // in Dataset::images
  std::int64_t place = 0;  // in Dataset::places
};

struct SamplerOptions {
  std::int64_t places = 16;  // in a batch
  std::int64_t images = 2;   // of each place; a place with fewer shows some of them again
  // An epoch is every image once, in batches of places * images of them, whatever their places: for classes
  // with many images. Otherwise it is every place once.
  bool every_image = false;
  std::uint64_t seed = 1;
  // Places in a row along a collection that a batch draws its places from, so that it has to tell apart what
  // looks alike; 0: from everywhere. Of epochs of places.
  std::int64_t stretch = 0;
};

class BatchSampler {
 public:
  // `dataset` outlives this.
  BatchSampler(const Dataset& dataset, const SamplerOptions& options);

  // The same in every epoch.
  std::int64_t batches() const;

  // Every place (or image) in exactly one batch, in an order that follows from the seed and the epoch alone.
  // Samples of a place are adjacent. Neighbours are kept out of each other's batches where there are places
  // enough; where not, PairMasks keeps them apart. Places that do not fill a batch are spread over the
  // others, so that none is much smaller than `places`.
  std::vector<std::vector<Sample>> epoch(std::int64_t epoch) const;

 private:
  std::vector<std::int64_t> order_of_places(SplitMix64* random) const;
  std::vector<std::vector<Sample>> epoch_of_places(std::int64_t epoch) const;
  std::vector<std::vector<Sample>> epoch_of_images(std::int64_t epoch) const;

  const Dataset& dataset_;
  SamplerOptions options_;
};

// What the samples of a batch are to each other, row by row, size x size; 1 or 0.
struct PairMasks {
  std::vector<std::uint8_t> positives;  // the same place, another sample
  std::vector<std::uint8_t> negatives;  // another place, and not a neighbour
};
PairMasks pair_masks(const Dataset& dataset, const std::vector<Sample>& samples);

}  // namespace bitplace::train
