#include "vprtrain/data/batch_loader.h"

#include <algorithm>

#include "vprtrain/training_files.h"

namespace bitplace::train {
namespace {

using test::TrainingFolder;

constexpr int kPlaces = 13;

// Image k of place p is all of grey level 10 p + k.
Dataset write_places(const TrainingFolder& folder) {
  for (int p = 0; p < kPlaces; ++p) {
    for (int k = 0; k < 2; ++k) {
      const std::string name = std::to_string(p) + "/" + std::to_string(k) + ".png";
      folder.write_picture(name, 8 + p, 6, static_cast<std::uint8_t>(10 * p + k));
    }
  }
  auto dataset = read_dataset({{folder.path()}, {}, 0, 1});
  REQUIRE(dataset.ok());
  return *std::move(dataset);
}

LoaderOptions options_of(const char* augmentation, int threads, int ahead) {
  LoaderOptions options;
  options.sampler = {4, 2, false, 11};
  options.format.height = 12;
  options.format.width = 10;
  options.augmentation = *parse_augmentation(augmentation);
  options.originals = true;
  options.threads = threads;
  options.ahead = ahead;
  return options;
}

std::vector<Batch> load(BatchLoader& loader, std::int64_t epoch, std::int64_t first) {
  std::vector<Batch> batches;
  loader.start(epoch, first);
  while (true) {
    auto batch = loader.next();
    REQUIRE(batch.ok());
    if (!batch->has_value()) return batches;
    batches.push_back(*std::move(*batch));
  }
}

TEST_CASE("A batch has the pixels of its samples") {
  const TrainingFolder folder;
  const Dataset dataset = write_places(folder);
  ImageStore store(1 << 20);
  BatchLoader loader(dataset, store, options_of("none", 2, 3));
  const std::vector<Batch> batches = load(loader, 0, 0);
  CHECK(static_cast<std::int64_t>(batches.size()) == loader.batches());
  const std::size_t bytes = 12 * 10 * 3;
  std::size_t samples = 0;
  for (const Batch& batch : batches) {
    REQUIRE(batch.pixels.size() == batch.samples.size() * bytes);
    REQUIRE(batch.originals.size() == batch.samples.size());
    CHECK(batch.pairs.positives.size() == batch.samples.size() * batch.samples.size());
    for (std::size_t i = 0; i < batch.samples.size(); ++i, ++samples) {
      const Sample& sample = batch.samples[i];
      const Place& place = dataset.places[static_cast<std::size_t>(sample.place)];
      const auto level = static_cast<std::uint8_t>(10 * place.number + (sample.image - place.images[0]));
      const auto begin = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * bytes);
      CHECK(std::all_of(begin, begin + static_cast<std::ptrdiff_t>(bytes),
                        [&](std::uint8_t pixel) { return pixel == level; }));
      CHECK(batch.originals[i]->width == 8 + place.number);
    }
  }
  CHECK(samples == 2 * kPlaces);
}

TEST_CASE("Batches do not depend on threads, nor on where an epoch is entered") {
  const TrainingFolder folder;
  const Dataset dataset = write_places(folder);
  ImageStore store(1 << 20);
  BatchLoader plain(dataset, store, options_of("medium", 1, 1));
  BatchLoader parallel(dataset, store, options_of("medium", 3, 5));
  const std::vector<Batch> first = load(plain, 1, 0);
  const std::vector<Batch> second = load(parallel, 1, 0);
  REQUIRE(first.size() == 3);
  REQUIRE(second.size() == first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].index == static_cast<std::int64_t>(i));
    CHECK(first[i].pixels == second[i].pixels);
  }
  const std::vector<Batch> resumed = load(parallel, 1, 2);
  REQUIRE(resumed.size() == 1);
  CHECK(resumed[0].pixels == first[2].pixels);
  CHECK(load(parallel, 2, 0)[0].pixels != first[0].pixels);
}

TEST_CASE("An epoch may be left before its end, and an image may be lost meanwhile") {
  const TrainingFolder folder;
  const Dataset dataset = write_places(folder);
  ImageStore store(0);
  BatchLoader loader(dataset, store, options_of("light", 2, 2));
  CHECK(loader.next().ok());  // nothing was started
  loader.start(0);
  REQUIRE(loader.next().ok());
  CHECK(load(loader, 1, 0).size() == 3);

  for (const PlaceImage& image : dataset.images)
    std::filesystem::remove(image.path);
  loader.start(2);
  const auto batch = loader.next();
  REQUIRE(!batch.ok());
  CHECK_THAT(batch.error().message(), Catch::Matchers::Contains(folder.path()));
}

}  // namespace
}  // namespace bitplace::train
