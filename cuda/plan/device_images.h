// Images of one size on their way from the caller's memory to the network's input on a device.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"
#include "bitplace/plan.h"
#include "cuda/resize/resize.h"
#include "cuda/runtime/device.h"
#include "graph/model_contents.h"

namespace bitplace::cuda {

// What images of one pass have in common.
struct ImageFormat {
  int width = 0, height = 0;
  PixelFormat format = PixelFormat::rgb8;

  bool operator==(const ImageFormat&) const = default;
};

inline ImageFormat format_of(const ImageView& image) {
  return {image.width, image.height, image.format};
}

// What the preprocessing is, for people.
StepInfo describe_device_images(const Preprocessing& rules, int architecture);

class DeviceImages {
 public:
  // Takes memory for `batch` images, pinned and on the device, and what resizing them needs.
  static Result<DeviceImages> create(Device& device, const Preprocessing& rules, const ImageFormat& format,
                                     std::int32_t batch);

  const ImageFormat& format() const { return format_; }

  // Copies an image's rows to pinned memory.
  void stage(const ImageView& image, std::int32_t index);
  // Uploads the first `count` staged images and makes the network's input of them.
  Status issue(std::int32_t count, std::byte* input, Stream& stream) const;

 private:
  DeviceImages() = default;

  ImageFormat format_;
  std::size_t row_bytes_ = 0;
  std::size_t image_bytes_ = 0;
  Memory pinned_, images_, tables_, between_;
  ResizeParameters parameters_{};
};

}  // namespace bitplace::cuda
