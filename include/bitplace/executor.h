// Who runs the independent parts of a step.
#pragma once

#include <cstdint>
#include <memory>

#include "bitplace/export.h"
#include "bitplace/result.h"

namespace bitplace {

// Implement this to run bitplace on a program's own threads.
class BITPLACE_API Executor {
 public:
  using Function = void (*)(std::int64_t index, void* context);

  virtual ~Executor() = default;

  // How many indices run at once at most; at least 1.
  virtual int concurrency() const noexcept = 0;

  // Calls function(i, context) for every i in [0, count), each exactly once, in any order and on any thread,
  // and returns when all have returned. Must not allocate and must not throw.
  virtual void parallel_for(std::int64_t count, Function function, void* context) noexcept = 0;
};

// `threads` = 1 runs everything on the calling thread and creates none. Otherwise threads - 1 workers are
// started; they spin briefly between the steps of a frame and park after it. One pool may serve many
// describers, one frame at a time.
BITPLACE_API Result<std::shared_ptr<Executor>> create_thread_pool(int threads) noexcept;

}  // namespace bitplace
