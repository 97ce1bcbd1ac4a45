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
  const char* device = nullptr;        // as PlanOptions; for open() alone: a plan has its device
  // On a GPU: how many images of one size run together at most, which decides the arena; at most 65535, and
  // fewer of models whose layers make very large images. The CPU takes one after another.
  int batch = 1;
};

// A plan and one arena. One thread at a time uses it; programs with several threads give each its own, made
// from one plan. describe() allocates nothing, takes no lock with one thread, and gives the same bytes on
// every instruction set and with every number of threads.
//
// On a GPU a describer has a stream of its own. The first image of a size records the whole frame as one
// graph, which allocates; every later one is a copy into pinned memory, one launch and one wait at the end.
// Descriptors of networks of integers are the CPU's bytes.
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
  // Of `count` images of any sizes, one behind another; `bytes` must be count times
  // descriptor_spec().bytes(). On a GPU neighbours of one size run together, up to DescriberOptions::batch of
  // them.
  Status describe(const ImageView* images, std::size_t count, void* descriptors, std::size_t bytes) noexcept;

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
