// From images in the caller's memory to the network's input on a device: the host resizes and normalises into
// pinned memory, which holds no more than the input, and the device takes it from there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"
#include "bitplace/plan.h"
#include "cuda/runtime/device.h"
#include "image/preprocess.h"

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

class DevicePreprocessing {
 public:
  DevicePreprocessing(const Preprocessing& rules, IsaFeatures features);

  StepInfo info() const;

  // Pinned and device memory that an image takes, and working memory of stage(), aligned to 64.
  std::size_t staged_bytes(const ImageFormat& format) const;
  std::size_t scratch_bytes() const { return preprocessor_.scratch_bytes(); }

  // On the host: from an image to pinned memory.
  void stage(const ImageView& image, std::byte* staged, std::byte* scratch) const;
  // On the device: from the copies of what was staged, one image behind another, to the network's input.
  Status issue(const ImageFormat& format, std::int32_t images, const std::byte* staged, std::byte* input,
               Stream& stream) const;

 private:
  Preprocessor preprocessor_;
  IsaFeatures features_;
  std::size_t input_bytes_;
};

}  // namespace bitplace::cuda
