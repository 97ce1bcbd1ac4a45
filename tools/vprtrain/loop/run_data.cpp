#include "vprtrain/loop/run_data.h"

#include <algorithm>

#include "common/program.h"
#include "core/error.h"
#include "core/hash.h"
#include "vprtrain/loop/machine.h"

namespace bitplace::train {
namespace {

// Damaged images may be left out, but not so many that it is another data set.
std::int64_t most_unreadable(const Dataset& dataset) {
  return static_cast<std::int64_t>(dataset.images.size()) / 100;
}

void say_unreadable(const std::vector<UnreadableImage>& unreadable) {
  for (const UnreadableImage& image : unreadable)
    tools::print_warning(image.path + ": left out: " + image.reason);
}

}  // namespace

Result<RunData> read_run_data(const TrainSettings& settings) {
  RunData data;
  BITPLACE_ASSIGN(augmentation, parse_augmentation(settings.augment));
  data.augmentation = augmentation;
  DataRequest request;
  request.sources = settings.data;
  request.only = settings.only;
  request.exclude_neighbours = settings.exclude_neighbours;
  request.least_images = settings.least_images;
  BITPLACE_ASSIGN(dataset, read_dataset(request));
  data.dataset = std::move(dataset);
  data.store = std::make_unique<ImageStore>(static_cast<std::size_t>(settings.memory_mb) << 20);
  std::vector<UnreadableImage> unreadable;
  BITPLACE_TRY(drop_unreadable(&data.dataset, data.store.get(), static_cast<int>(settings.threads),
                               settings.least_images, most_unreadable(data.dataset), &unreadable));
  say_unreadable(unreadable);
  if (settings.hold_out > 0.0) {
    BITPLACE_ASSIGN(held_out, hold_out(&data.dataset, settings.hold_out));
    data.validation = std::move(held_out);
  } else if (!settings.validate_references.empty()) {
    BITPLACE_ASSIGN(folders, read_validation(settings.validate_references, settings.validate_queries,
                                             settings.validate_truth, settings.validate_split));
    data.validation = std::move(folders);
  }
  if (data.dataset.places.size() < 2)
    return make_error(ErrorCode::invalid_argument, "--data", "there are fewer than two places to learn");
  return data;
}

LoaderOptions loader_options(const TrainSettings& settings, const RunData& data, const ImageFormat& format) {
  LoaderOptions options;
  options.sampler.images = settings.images_per_place;
  options.sampler.stretch = settings.batch_stretch;
  options.sampler.places = std::max<std::int64_t>(2, *settings.batch / settings.images_per_place);
  options.sampler.every_image = settings.sample == "images";
  options.sampler.seed = derived_seed(settings.seed, kSeedOfBatches, 0);
  options.format = format;
  options.augmentation = data.augmentation;
  options.threads = static_cast<int>(settings.threads);
  return options;
}

std::string digest_of(const RunData& data) {
  std::string text;
  for (const PlaceImage& image : data.dataset.images)
    text += image.path + "\n" + data.dataset.places[static_cast<std::size_t>(image.place)].name + "\n";
  if (data.validation) {
    for (const auto* paths : {&data.validation->references, &data.validation->queries}) {
      for (const std::string& path : *paths)
        text += path + "\n";
    }
  }
  return to_hex(hash128(text.data(), text.size()));
}

}  // namespace bitplace::train
