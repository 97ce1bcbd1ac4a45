// Decoded images, kept in memory as long as they fit.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "bitplace/result.h"
#include "image/decode.h"
#include "vprtrain/data/dataset.h"

namespace bitplace::train {

// Several threads may use one. What was read first stays: a sampler visits every image equally often, so that
// nothing is gained by exchanging them.
class ImageStore {
 public:
  explicit ImageStore(std::size_t memory_limit) : memory_limit_(memory_limit) {}

  Result<std::shared_ptr<const DecodedImage>> read(const std::string& path);

  std::size_t memory_bytes() const;

 private:
  const std::size_t memory_limit_;
  mutable std::mutex mutex_;
  std::size_t memory_bytes_ = 0;
  std::unordered_map<std::string, std::shared_ptr<const DecodedImage>> images_;
};

struct UnreadableImage {
  std::string path;
  std::string place;
  std::string reason;
};

// Decodes every image once, on `threads` threads, which also fills the store. Images that cannot be decoded
// are listed in `unreadable`, in the order of the set, and taken out of it, and so are places that are left
// with fewer than `least_images`. More than `limit` of them are an error, which names the first.
Status drop_unreadable(Dataset* dataset, ImageStore* store, int threads, std::int64_t least_images,
                       std::int64_t limit, std::vector<UnreadableImage>* unreadable);

}  // namespace bitplace::train
