// A pool that is fast when frames are short: workers wait for the next step by spinning for some microseconds
// and park on a condition variable after that. Each thread has a range of the indices, the same part of every
// step's, so that it finds what it wrote in its own cache; who has finished helps the others.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "bitplace/executor.h"
#include "core/error.h"

#if BITPLACE_X86
#include <immintrin.h>
#endif

namespace bitplace {
namespace {

inline void pause_cpu() {
#if BITPLACE_X86
  _mm_pause();
#elif BITPLACE_ARM64
  __asm__ volatile("yield");
#endif
}

class SerialExecutor final : public Executor {
 public:
  int concurrency() const noexcept override { return 1; }
  void parallel_for(std::int64_t count, Function function, void* context) noexcept override {
    for (std::int64_t i = 0; i < count; ++i)
      function(i, context);
  }
};

class ThreadPool final : public Executor {
 public:
  // Separate from construction: when the system refuses a thread, the destructor still ends those that
  // started.
  void start(int workers) {
    ranges_ = std::vector<Range>(static_cast<std::size_t>(workers) + 1);
    workers_.reserve(static_cast<std::size_t>(workers));
    for (std::size_t i = 0; i < static_cast<std::size_t>(workers); ++i)
      workers_.emplace_back([this, i] { work(i + 1); });
  }

  ~ThreadPool() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_.store(true);
      generation_.fetch_add(1);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_)
      worker.join();
  }

  int concurrency() const noexcept override { return static_cast<int>(workers_.size()) + 1; }

  void parallel_for(std::int64_t count, Function function, void* context) noexcept override {
    if (count <= 1 || workers_.empty()) {
      for (std::int64_t i = 0; i < count; ++i)
        function(i, context);
      return;
    }
    const std::lock_guard one_caller(caller_);
    function_ = function;
    context_ = context;
    const auto threads = static_cast<std::int64_t>(ranges_.size());
    for (std::int64_t i = 0; i < threads; ++i) {
      Range& range = ranges_[static_cast<std::size_t>(i)];
      range.next.store(count * i / threads, std::memory_order_relaxed);
      range.end = count * (i + 1) / threads;
    }
    running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      generation_.fetch_add(1, std::memory_order_release);
    }
    if (parked_.load(std::memory_order_acquire) > 0) wake_.notify_all();
    take_indices(0);
    while (running_.load(std::memory_order_acquire) != 0)
      pause_cpu();
  }

 private:
  static constexpr int kSpins = 4000;  // about 50 microseconds

  struct alignas(64) Range {
    std::atomic<std::int64_t> next{0};
    std::int64_t end = 0;
  };

  // The thread's own range first, then what is left of the others'.
  void take_indices(std::size_t thread) noexcept {
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      Range& range = ranges_[(thread + i) % ranges_.size()];
      for (;;) {
        const std::int64_t index = range.next.fetch_add(1, std::memory_order_relaxed);
        if (index >= range.end) break;
        function_(index, context_);
      }
    }
  }

  void wait_for_next(std::uint64_t seen) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (generation_.load(std::memory_order_acquire) != seen) return;
      pause_cpu();
    }
    std::unique_lock lock(mutex_);
    parked_.fetch_add(1, std::memory_order_acq_rel);
    wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
    parked_.fetch_sub(1, std::memory_order_acq_rel);
  }

  void work(std::size_t thread) {
    std::uint64_t seen = 0;
    for (;;) {
      wait_for_next(seen);
      seen = generation_.load(std::memory_order_acquire);
      if (stopping_.load()) return;
      take_indices(thread);
      running_.fetch_sub(1, std::memory_order_release);
    }
  }

  Function function_ = nullptr;
  void* context_ = nullptr;
  std::vector<Range> ranges_;
  alignas(64) std::atomic<std::uint64_t> generation_{0};
  alignas(64) std::atomic<int> running_{0};
  std::atomic<int> parked_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::mutex caller_;
  std::condition_variable wake_;
  std::vector<std::thread> workers_;
};

}  // namespace

Result<std::shared_ptr<Executor>> create_thread_pool(int threads) noexcept {
  return guarded([&]() -> Result<std::shared_ptr<Executor>> {
    constexpr int kMostThreads = 256;
    if (threads < 1 || threads > kMostThreads) {
      return make_error(ErrorCode::invalid_argument, "threads",
                        std::to_string(threads) + " is outside 1.." + std::to_string(kMostThreads));
    }
    if (threads == 1) return std::shared_ptr<Executor>(std::make_shared<SerialExecutor>());
    auto pool = std::make_shared<ThreadPool>();
    pool->start(threads - 1);
    return std::shared_ptr<Executor>(std::move(pool));
  });
}

}  // namespace bitplace
