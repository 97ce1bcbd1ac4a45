#include "vprtrain/data/image_store.h"

#include <atomic>
#include <thread>
#include <utility>

#include "core/error.h"

namespace bitplace::train {
namespace {

// The reason without the path that read_image puts in front of it.
std::string reason_of(const Error& error, const std::string& path) {
  const std::string text = error.message();
  const std::string prefix = path + ": ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// Why each image cannot be read; empty for those that can.
std::vector<std::string> read_all(const Dataset& dataset, ImageStore* store, int threads) {
  std::vector<std::string> reasons(dataset.images.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < reasons.size(); i = next++) {
      const std::string& path = dataset.images[i].path;
      const auto image = store->read(path);
      if (!image.ok()) reasons[i] = reason_of(image.error(), path);
    }
  };
  std::vector<std::thread> workers;
  for (int i = 1; i < threads; ++i)
    workers.emplace_back(work);
  work();
  for (std::thread& worker : workers)
    worker.join();
  return reasons;
}

// Takes images with a reason out of their places; the numbers of the others stay.
void forget(const std::vector<std::string>& reasons, Dataset* dataset) {
  for (Place& place : dataset->places) {
    std::erase_if(place.images,
                  [&](std::int64_t image) { return !reasons[static_cast<std::size_t>(image)].empty(); });
  }
}

}  // namespace

Result<std::shared_ptr<const DecodedImage>> ImageStore::read(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = images_.find(path); found != images_.end()) return found->second;
  }
  BITPLACE_ASSIGN(decoded, read_image(path));
  auto image = std::make_shared<const DecodedImage>(std::move(decoded));
  const std::lock_guard lock(mutex_);
  const std::size_t bytes = image->pixels.capacity() + sizeof(DecodedImage) + path.size();
  if (memory_bytes_ + bytes <= memory_limit_ && images_.emplace(path, image).second) memory_bytes_ += bytes;
  return image;
}

std::size_t ImageStore::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return memory_bytes_;
}

Status drop_unreadable(Dataset* dataset, ImageStore* store, int threads, std::int64_t least_images,
                       std::int64_t limit, std::vector<UnreadableImage>* unreadable) {
  const std::vector<std::string> reasons = read_all(*dataset, store, threads);
  unreadable->clear();
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (reasons[i].empty()) continue;
    const PlaceImage& image = dataset->images[i];
    unreadable->push_back(
        {image.path, dataset->places[static_cast<std::size_t>(image.place)].name, reasons[i]});
  }
  if (unreadable->empty()) return {};
  if (static_cast<std::int64_t>(unreadable->size()) > limit) {
    const UnreadableImage& first = unreadable->front();
    return make_error(ErrorCode::corrupt, first.path, "place " + first.place,
                      first.reason + "; " + std::to_string(unreadable->size()) + " images cannot be read, " +
                          std::to_string(limit) + " are allowed");
  }
  forget(reasons, dataset);
  std::vector<bool> keep(dataset->places.size());
  bool any = false;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    keep[i] = !dataset->places[i].images.empty() &&
              static_cast<std::int64_t>(dataset->places[i].images.size()) >= least_images;
    any = any || keep[i];
  }
  if (!any) {
    return make_error(ErrorCode::corrupt, "training data",
                      "no place has enough images that can be read; the first that cannot: " +
                          unreadable->front().path + ": " + unreadable->front().reason);
  }
  *dataset = selected_places(*dataset, keep);
  return {};
}

}  // namespace bitplace::train
