// The images of a run.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bitplace/result.h"
#include "vprtrain/data/batch_loader.h"
#include "vprtrain/data/dataset.h"
#include "vprtrain/data/image_store.h"
#include "vprtrain/data/validation.h"
#include "vprtrain/loop/settings.h"

namespace bitplace::train {

struct RunData {
  Dataset dataset;
  std::unique_ptr<ImageStore> store;
  std::optional<ValidationSet> validation;
  AugmentationOptions augmentation;
};

// Reads the lists, decodes every image once, and says on stderr what cannot be read and is left out.
Result<RunData> read_run_data(const TrainSettings& settings);

LoaderOptions loader_options(const TrainSettings& settings, const RunData& data, const ImageFormat& format);

// Of the places and images in their order: a run goes on only with those that it began with.
std::string digest_of(const RunData& data);

}  // namespace bitplace::train
