// Describes images on a device: a stream, an arena, pinned memory for images and descriptors, and one
// recorded frame for every size of image and number of images that has come.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/image.h"
#include "cuda/plan/device_images.h"
#include "cuda/plan/device_plan.h"

namespace bitplace::cuda {

// One thread at a time uses it. The first images of a size run step by step and record a frame, which
// allocates; those that follow are one copy into pinned memory, one launch and one wait.
class DeviceDescriber {
 public:
  // `batch`: how many images of one size a pass takes at most. The plan is one for a device.
  static Result<std::unique_ptr<DeviceDescriber>> create(std::shared_ptr<const DevicePlan> plan,
                                                         std::int32_t batch);

  // Any number of images that have passed check_image; neighbours of one size share passes. `descriptors`
  // takes descriptor_bytes for each, one behind another.
  Status describe(std::span<const ImageView> images, std::size_t descriptor_bytes, std::byte* descriptors);

  // The value that the graph names its features, of one image, as it lies on the device.
  Status features(const ImageView& image, std::size_t bytes, std::byte* out);

  // Passes are launched step by step and timed; see the times of the last.
  void enable_profile(bool enabled) { profiled_ = enabled; }
  std::int64_t preprocessing_nanoseconds() const { return preprocessing_time_; }
  const std::vector<std::int64_t>& step_nanoseconds() const { return step_times_; }

 private:
  // A whole frame for so many images.
  struct Frame {
    std::int32_t count;
    std::unique_ptr<Recording> recording;
  };
  struct ImageSize {
    DeviceImages images;
    std::vector<Frame> frames;
  };

  DeviceDescriber(std::shared_ptr<const DevicePlan> plan, std::int32_t batch);
  Status take_memory();
  Status run(std::span<const ImageView> images);
  Status run_recorded(ImageSize& size, std::int32_t count);
  Status run_profiled(const DeviceImages& images, std::int32_t count);
  Result<ImageSize*> size_of(const ImageFormat& format);
  Status issue_frame(const DeviceImages& images, std::int32_t count);
  Status issue_input(const DeviceImages& images, std::int32_t count);
  Status issue_step(std::size_t index, std::int32_t count);
  Status issue_result(std::int32_t count);

  std::shared_ptr<const DevicePlan> plan_;
  std::int32_t batch_;
  DeviceLayout layout_;
  Memory arena_;
  Memory pinned_result_;
  std::vector<ImageSize> sizes_;    // the one that came first, first
  std::unique_ptr<Stream> stream_;  // behind the memory that its work uses: it is given up first
  bool profiled_ = false;
  std::int64_t preprocessing_time_ = 0;
  std::vector<std::int64_t> step_times_;
};

}  // namespace bitplace::cuda
