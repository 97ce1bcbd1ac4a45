#include "vprtrain/data/batch_sampler.h"

#include <algorithm>
#include <numeric>
namespace bitplace::train {
namespace {

// Tells epochs of one seed, and seeds, apart.
SplitMix64 random_of(std::uint64_t seed, std::int64_t epoch) {
  SplitMix64 mixed(seed);
  return SplitMix64(mixed.next() + static_cast<std::uint64_t>(epoch));
}

template <typename T>
void shuffle(std::vector<T>* items, SplitMix64* random) {
  for (std::size_t left = items->size(); left > 1; --left)
    std::swap((*items)[left - 1], (*items)[random->below(left)]);
}

bool has_neighbour(const Dataset& dataset, const std::vector<std::int64_t>& batch, std::int64_t place) {
  return std::any_of(batch.begin(), batch.end(),
                     [&](std::int64_t other) { return dataset.neighbours(place, other); });
}

// Where a place goes that arrives when the batches before `first_open` are full: the first with room and
// without a neighbour of it, or else the first with room.
std::size_t batch_for(const Dataset& dataset, const std::vector<std::vector<std::int64_t>>& batches,
                      const std::vector<std::size_t>& room, std::size_t first_open, std::int64_t place) {
  // Looking further than this finds no other answer on any real route, and costs time on long ones.
  constexpr std::size_t kLookAhead = 64;
  const std::size_t end = std::min(batches.size(), first_open + kLookAhead);
  for (std::size_t i = first_open; i < end; ++i) {
    if (batches[i].size() < room[i] && !has_neighbour(dataset, batches[i], place)) return i;
  }
  return first_open;
}

// `count` of a place's images in random order; all of them again and again where they are fewer.
void draw_images(const Place& place, std::int64_t index, std::int64_t count, SplitMix64* random,
                 std::vector<Sample>* samples) {
  std::vector<std::int64_t> images;
  while (count > 0) {
    images = place.images;
    shuffle(&images, random);
    for (std::size_t i = 0; i < images.size() && count > 0; ++i, --count)
      samples->push_back({images[i], index});
  }
}

}  // namespace

BatchSampler::BatchSampler(const Dataset& dataset, const SamplerOptions& options)
    : dataset_(dataset), options_(options) {}

std::int64_t BatchSampler::batches() const {
  const std::size_t items = options_.every_image ? dataset_.images.size() : dataset_.places.size();
  const std::int64_t size = options_.every_image ? options_.places * options_.images : options_.places;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(items) / size);
}

std::vector<std::vector<Sample>> BatchSampler::epoch(std::int64_t epoch) const {
  return options_.every_image ? epoch_of_images(epoch) : epoch_of_places(epoch);
}

std::vector<std::vector<Sample>> BatchSampler::epoch_of_images(std::int64_t epoch) const {
  SplitMix64 random = random_of(options_.seed, epoch);
  std::vector<std::int64_t> order(dataset_.images.size());
  std::iota(order.begin(), order.end(), 0);
  shuffle(&order, &random);
  std::vector<std::vector<Sample>> result(static_cast<std::size_t>(batches()));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::int64_t image = order[i];
    result[i % result.size()].push_back({image, dataset_.images[static_cast<std::size_t>(image)].place});
  }
  return result;
}

// Stretches in random order, places of a stretch in random order. Where stretches begin differs from epoch to
// epoch, so that any two places near each other meet.
std::vector<std::int64_t> BatchSampler::order_of_places(SplitMix64* random) const {
  const auto places = static_cast<std::int64_t>(dataset_.places.size());
  const std::int64_t length = options_.stretch > 0 ? options_.stretch : places;
  const auto collection = [&](std::int64_t place) {
    return dataset_.places[static_cast<std::size_t>(place)].collection;
  };
  std::vector<std::vector<std::int64_t>> stretches;
  std::int64_t room = 0;
  for (std::int64_t place = 0; place < places; ++place) {
    const bool begins = place == 0 || (options_.stretch > 0 && collection(place) != collection(place - 1));
    if (begins && options_.stretch > 0)
      room = 1 + static_cast<std::int64_t>(random->below(static_cast<std::size_t>(length)));
    if (begins || room == 0) stretches.emplace_back();
    if (room == 0) room = length;
    stretches.back().push_back(place);
    --room;
  }
  shuffle(&stretches, random);
  std::vector<std::int64_t> order;
  for (std::vector<std::int64_t>& stretch : stretches) {
    shuffle(&stretch, random);
    order.insert(order.end(), stretch.begin(), stretch.end());
  }
  return order;
}

std::vector<std::vector<Sample>> BatchSampler::epoch_of_places(std::int64_t epoch) const {
  SplitMix64 random = random_of(options_.seed, epoch);
  const std::size_t places = dataset_.places.size();
  const std::vector<std::int64_t> order = order_of_places(&random);

  const auto count = static_cast<std::size_t>(batches());
  std::vector<std::vector<std::int64_t>> chosen(count);
  std::vector<std::size_t> room(count, places / count);
  for (std::size_t i = 0; i < places % count; ++i)
    ++room[i];
  std::size_t first_open = 0;
  for (const std::int64_t place : order) {
    while (chosen[first_open].size() == room[first_open])
      ++first_open;
    chosen[batch_for(dataset_, chosen, room, first_open, place)].push_back(place);
  }

  std::vector<std::vector<Sample>> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::int64_t place : chosen[i])
      draw_images(dataset_.places[static_cast<std::size_t>(place)], place, options_.images, &random,
                  &result[i]);
  }
  shuffle(&result, &random);
  return result;
}

PairMasks pair_masks(const Dataset& dataset, const std::vector<Sample>& samples) {
  const std::size_t size = samples.size();
  PairMasks masks{std::vector<std::uint8_t>(size * size), std::vector<std::uint8_t>(size * size)};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      const bool same = samples[i].place == samples[j].place;
      masks.positives[i * size + j] = same && i != j ? 1 : 0;
      masks.negatives[i * size + j] =
          !same && !dataset.neighbours(samples[i].place, samples[j].place) ? 1 : 0;
    }
  }
  return masks;
}

}  // namespace bitplace::train
