// Turns images into descriptors.
#pragma once

#include <cstddef>
#include <memory>

#include "bitplace/descriptor.h"
#include "bitplace/executor.h"
#include "bitplace/export.h"
#include "bitplace/image.h"
#include "bitplace/plan.h"
#include "bitplace/result.h"

namespace bitplace {

struct DescriberOptions {
  const char* isa = nullptr;           // as PlanOptions
  int threads = 1;                     // 1 creates no thread
  std::shared_ptr<Executor> executor;  // when set, used instead of a pool of `threads`
};

// A plan and one arena. One thread at a time uses it; programs with several threads give each its own, made
// from one plan. describe() allocates nothing, takes no lock with one thread, and gives the same bytes on
// every instruction set and with every number of threads.
class BITPLACE_API Describer {
 public:
  static Result<Describer> open(const char* path, const DescriberOptions& options = {}) noexcept;
  static Result<Describer> create(const Plan& plan, const DescriberOptions& options = {}) noexcept;

  Describer(Describer&&) noexcept;
  Describer& operator=(Describer&&) noexcept;
  ~Describer();

  const Plan& plan() const noexcept;
  const DescriptorSpec& descriptor_spec() const noexcept;

  // The descriptor of an image of any size. The view is valid until the next call.
  // Errors: invalid_argument (null data, a size outside [1, 65536], a stride shorter than a row).
  Result<DescriptorView> describe(const ImageView& image) noexcept;
  // The same into the caller's memory; `bytes` must be descriptor_spec().bytes().
  Status describe(const ImageView& image, void* descriptor, std::size_t bytes) noexcept;

  // The last layer as it is, before normalisation or encoding, flattened NHWC, as f32.
  std::size_t feature_count() const noexcept;
  Status features(const ImageView& image, float* out, std::size_t count) noexcept;

  // Time of each step of the last frame in nanoseconds, in the order of plan().steps(), and of the
  // preprocessing; filled when enabled, which costs two clock readings a step.
  void enable_profile(bool enabled) noexcept;
  std::int64_t preprocessing_nanoseconds() const noexcept;
  const std::vector<std::int64_t>& step_nanoseconds() const noexcept;

 private:
  struct State;
  explicit Describer(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace bitplace
