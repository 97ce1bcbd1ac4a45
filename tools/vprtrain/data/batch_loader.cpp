#include "vprtrain/data/batch_loader.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.h"

namespace bitplace::train {

// Each thread makes whole batches; the one that is asked for next is always among those that are being made.
class BatchLoader::Workers {
 public:
  Workers(const Dataset& dataset, ImageStore& store, const LoaderOptions& options)
      : dataset_(dataset), store_(store), options_(options), sampler_(dataset, options.sampler) {
    for (int i = 0; i < std::max(1, options.threads); ++i)
      threads_.emplace_back([this] { work(); });
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  ~Workers() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
  }

  std::int64_t batches() const { return sampler_.batches(); }

  void start(std::int64_t epoch, std::int64_t first_batch) {
    auto samples = std::make_shared<const std::vector<std::vector<Sample>>>(sampler_.epoch(epoch));
    {
      const std::lock_guard lock(mutex_);
      ++generation_;
      epoch_ = epoch;
      epoch_samples_ = std::move(samples);
      next_made_ = next_asked_ = first_batch;
      made_.clear();
    }
    changed_.notify_all();
  }

  Result<std::optional<Batch>> next() {
    std::unique_lock lock(mutex_);
    if (epoch_samples_ == nullptr || next_asked_ >= size()) return std::optional<Batch>();
    changed_.wait(lock, [&] { return made_.count(next_asked_) != 0; });
    Result<Batch> batch = std::move(made_.extract(next_asked_).mapped());
    ++next_asked_;
    lock.unlock();
    changed_.notify_all();
    if (!batch.ok()) return batch.error();
    return std::optional<Batch>(*std::move(batch));
  }

 private:
  struct Task {
    std::shared_ptr<const std::vector<std::vector<Sample>>> samples;
    std::int64_t generation;
    std::int64_t epoch;
    std::int64_t batch;
  };

  std::int64_t size() const { return static_cast<std::int64_t>(epoch_samples_->size()); }

  bool has_task() const {
    return epoch_samples_ != nullptr && next_made_ < size() &&
           next_made_ < next_asked_ + std::max(1, options_.ahead);
  }

  std::optional<Task> next_task() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopping_ || has_task(); });
    if (stopping_) return std::nullopt;
    return Task{epoch_samples_, generation_, epoch_, next_made_++};
  }

  void work() {
    Augmenter augmenter(options_.augmentation, options_.format);
    while (const std::optional<Task> task = next_task()) {
      Result<Batch> batch = guarded([&] { return make(*task, augmenter); });
      {
        const std::lock_guard lock(mutex_);
        if (task->generation == generation_) made_.emplace(task->batch, std::move(batch));
      }
      changed_.notify_all();
    }
  }

  Result<Batch> make(const Task& task, Augmenter& augmenter) const {
    Batch batch;
    batch.index = task.batch;
    batch.samples = (*task.samples)[static_cast<std::size_t>(task.batch)];
    batch.pairs = pair_masks(dataset_, batch.samples);
    const std::size_t image_bytes = options_.format.bytes();
    batch.pixels.resize(batch.samples.size() * image_bytes);
    for (std::size_t i = 0; i < batch.samples.size(); ++i) {
      const PlaceImage& image = dataset_.images[static_cast<std::size_t>(batch.samples[i].image)];
      BITPLACE_ASSIGN(decoded, store_.read(image.path));
      const AugmentationKey key{options_.sampler.seed, static_cast<std::uint64_t>(task.epoch),
                                static_cast<std::uint64_t>(task.batch), i};
      augmenter.run(decoded->view(), key, batch.pixels.data() + i * image_bytes);
      if (options_.originals) batch.originals.push_back(std::move(decoded));
    }
    return batch;
  }

  const Dataset& dataset_;
  ImageStore& store_;
  const LoaderOptions options_;
  const BatchSampler sampler_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::int64_t generation_ = 0;  // of the epoch that was started last
  std::int64_t epoch_ = 0;
  std::shared_ptr<const std::vector<std::vector<Sample>>> epoch_samples_;
  std::int64_t next_made_ = 0;
  std::int64_t next_asked_ = 0;
  std::map<std::int64_t, Result<Batch>> made_;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

BatchLoader::BatchLoader(const Dataset& dataset, ImageStore& store, const LoaderOptions& options)
    : workers_(std::make_unique<Workers>(dataset, store, options)) {}

BatchLoader::~BatchLoader() = default;

std::int64_t BatchLoader::batches() const {
  return workers_->batches();
}

void BatchLoader::start(std::int64_t epoch, std::int64_t first_batch) {
  workers_->start(epoch, first_batch);
}

Result<std::optional<Batch>> BatchLoader::next() {
  return workers_->next();
}

}  // namespace bitplace::train
