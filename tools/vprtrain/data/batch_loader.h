// Batches of pixels, made ahead of the training step by threads of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bitplace/result.h"
#include "vprtrain/augmentation/augmentation.h"
#include "vprtrain/data/batch_sampler.h"
#include "vprtrain/data/dataset.h"
#include "vprtrain/data/image_store.h"
#include "vprtrain/data/network_image.h"

namespace bitplace::train {

struct Batch {
  std::int64_t index = 0;  // in its epoch
  std::vector<Sample> samples;
  PairMasks pairs;
  // Bytes, samples x height x width x 3, in the network's order of channels: what the converted network will
  // get, augmented.
  std::vector<std::uint8_t> pixels;
  // The same images as they are stored, for a teacher; empty unless LoaderOptions::originals.
  std::vector<std::shared_ptr<const DecodedImage>> originals;
};

struct LoaderOptions {
  SamplerOptions sampler;
  ImageFormat format;
  AugmentationOptions augmentation;
  bool originals = false;
  int threads = 1;
  int ahead = 4;  // batches that are made before they are asked for
};

// The pixels of a batch follow from the options, the epoch and the batch's index alone, whatever the number
// of threads: a run that is resumed in the middle of an epoch sees what it would have seen.
class BatchLoader {
 public:
  // `dataset` and `store` outlive this.
  BatchLoader(const Dataset& dataset, ImageStore& store, const LoaderOptions& options);
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;
  ~BatchLoader();

  // In every epoch.
  std::int64_t batches() const;

  // Begins an epoch at one of its batches; what another one had made ahead is dropped.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  // The next batch; nothing at the end of the epoch. Errors: of an image that can no longer be read.
  Result<std::optional<Batch>> next();

 private:
  class Workers;
  std::unique_ptr<Workers> workers_;
};

}  // namespace bitplace::train
