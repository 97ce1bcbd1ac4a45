#include "vprtrain/data/batch_sampler.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace bitplace::train {
namespace {

// Places 0, 1, 2 ... of one route, place p with images_of(p) images.
template <typename Count>
Dataset route(std::int64_t places, std::int64_t neighbour_distance, Count&& images_of) {
  Dataset dataset;
  dataset.collections = {"route"};
  dataset.neighbour_distance = neighbour_distance;
  for (std::int64_t p = 0; p < places; ++p) {
    Place place{std::to_string(p), 0, p, {}};
    for (std::int64_t i = 0; i < images_of(p); ++i) {
      place.images.push_back(static_cast<std::int64_t>(dataset.images.size()));
      dataset.images.push_back({std::to_string(p) + "/" + std::to_string(i), "", p});
    }
    dataset.places.push_back(place);
  }
  return dataset;
}

bool same(const std::vector<std::vector<Sample>>& a, const std::vector<std::vector<Sample>>& b) {
  const auto equal = [](const Sample& x, const Sample& y) {
    return x.image == y.image && x.place == y.place;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), equal);
  });
}

TEST_CASE("An epoch has every place once, with as many images as asked for") {
  const std::int64_t places = GENERATE(1, 7, 16, 100, 117);
  const Dataset dataset = route(places, 0, [](std::int64_t p) { return 1 + p % 4; });
  const BatchSampler sampler(dataset, {16, 3, false, 5});
  const auto batches = sampler.epoch(2);
  CHECK(static_cast<std::int64_t>(batches.size()) == sampler.batches());
  std::multiset<std::int64_t> seen;
  for (const auto& batch : batches) {
    CHECK(batch.size() % 3 == 0);
    if (places >= 16) CHECK(batch.size() >= 16 * 3);
    for (std::size_t i = 0; i < batch.size(); i += 3) {
      const std::int64_t place = batch[i].place;
      seen.insert(place);
      std::set<std::int64_t> images;
      for (std::size_t k = 0; k < 3; ++k) {
        CHECK(batch[i + k].place == place);
        CHECK(dataset.images[static_cast<std::size_t>(batch[i + k].image)].place == place);
        images.insert(batch[i + k].image);
      }
      // Repeated only where there are too few.
      CHECK(static_cast<std::int64_t>(images.size()) == std::min<std::int64_t>(3, 1 + place % 4));
    }
  }
  CHECK(static_cast<std::int64_t>(seen.size()) == places);
  CHECK(std::set<std::int64_t>(seen.begin(), seen.end()).size() == seen.size());
}

TEST_CASE("An epoch of images has every image once") {
  const std::int64_t places = GENERATE(1, 9, 40);
  const Dataset dataset = route(places, 0, [](std::int64_t p) { return 1 + p % 4; });
  SamplerOptions options{4, 2, true, 5};
  const BatchSampler sampler(dataset, options);
  const auto batches = sampler.epoch(0);
  CHECK(static_cast<std::int64_t>(batches.size()) == sampler.batches());
  std::multiset<std::int64_t> seen;
  for (const auto& batch : batches) {
    if (dataset.images.size() >= 8) CHECK(batch.size() >= 8);
    CHECK(batch.size() < 16);
    for (const Sample& sample : batch) {
      CHECK(dataset.images[static_cast<std::size_t>(sample.image)].place == sample.place);
      seen.insert(sample.image);
    }
  }
  CHECK(seen.size() == dataset.images.size());
  CHECK(std::set<std::int64_t>(seen.begin(), seen.end()).size() == seen.size());
  if (places > 1) CHECK(!same(batches, sampler.epoch(1)));
}

TEST_CASE("An epoch follows from seed and number") {
  const Dataset dataset = route(50, 0, [](std::int64_t) { return 4; });
  const BatchSampler sampler(dataset, {8, 2, false, 1});
  CHECK(same(sampler.epoch(3), BatchSampler(dataset, {8, 2, false, 1}).epoch(3)));
  CHECK(!same(sampler.epoch(3), sampler.epoch(4)));
  CHECK(!same(sampler.epoch(3), BatchSampler(dataset, {8, 2, false, 2}).epoch(3)));
}

TEST_CASE("Neighbours do not meet where there are places enough") {
  const Dataset dataset = route(2000, 2, [](std::int64_t) { return 2; });
  const BatchSampler sampler(dataset, {16, 2, false, 7});
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    int meetings = 0;
    for (const auto& batch : sampler.epoch(epoch)) {
      for (const Sample& a : batch) {
        for (const Sample& b : batch)
          meetings += dataset.neighbours(a.place, b.place) ? 1 : 0;
      }
    }
    CHECK(meetings == 0);
  }
}

TEST_CASE("Batches of a stretch hold places of one part of the route, another one in each epoch") {
  const Dataset dataset = route(2000, 2, [](std::int64_t) { return 2; });
  SamplerOptions options{16, 2, false, 7};
  options.stretch = 100;
  const BatchSampler sampler(dataset, options);
  std::vector<std::int64_t> seen(2000);
  std::set<std::int64_t> beginnings;
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    int narrow = 0, meetings = 0;
    for (const auto& batch : sampler.epoch(epoch)) {
      std::int64_t first = 2000, last = 0;
      for (const Sample& sample : batch) {
        first = std::min(first, sample.place);
        last = std::max(last, sample.place);
        ++seen[static_cast<std::size_t>(sample.place)];
        for (const Sample& other : batch)
          meetings += dataset.neighbours(sample.place, other.place) ? 1 : 0;
      }
      narrow += last - first < 100 ? 1 : 0;
      beginnings.insert(first);
    }
    // Where a stretch ends within a batch, the batch goes on with another.
    CHECK(narrow > sampler.batches() / 2);
    // Blind chance lets each place meet 4 neighbours in 15 of 99 cases: some 4800 pairs of samples.
    CHECK(meetings < 480);
  }
  CHECK(std::all_of(seen.begin(), seen.end(), [](std::int64_t count) { return count == 3 * 2; }));
  CHECK(beginnings.size() > 2 * static_cast<std::size_t>(sampler.batches()));
}

TEST_CASE("Neighbours that do meet are neither positives nor negatives") {
  const Dataset dataset = route(6, 1, [](std::int64_t) { return 2; });
  const auto batch = BatchSampler(dataset, {6, 2, false, 1}).epoch(0).at(0);
  REQUIRE(batch.size() == 12);
  const PairMasks masks = pair_masks(dataset, batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (std::size_t j = 0; j < batch.size(); ++j) {
      const auto distance = std::abs(batch[i].place - batch[j].place);
      INFO(batch[i].place << " and " << batch[j].place);
      CHECK(masks.positives[i * 12 + j] == (distance == 0 && i != j ? 1 : 0));
      CHECK(masks.negatives[i * 12 + j] == (distance > 1 ? 1 : 0));
    }
  }
}

}  // namespace
}  // namespace bitplace::train
