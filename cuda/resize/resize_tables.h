// What the device needs to know to resize images of one size: weights by the CPU's own code.
#pragma once

#include <cstddef>
#include <vector>

#include "bitplace/image.h"
#include "cuda/resize/resize.h"
#include "graph/model_contents.h"

namespace bitplace::cuda {

class ResizeTables {
 public:
  // Sides are within [1, kMaxImageSide].
  ResizeTables(const Preprocessing& rules, int source_width, int source_height, PixelFormat format);

  // To be copied to the device, aligned to 16.
  const std::vector<std::byte>& bytes() const { return bytes_; }
  // Device memory for what lies between two kernels.
  std::size_t scratch_bytes(std::int32_t batch) const;
  // All that is not the caller's; `on_device` is where bytes() lie there.
  ResizeParameters parameters(const std::byte* on_device) const;

 private:
  struct AxisOffsets {
    std::size_t taps = 0, windows = 0, weights = 0;
  };

  void choose_method(const Preprocessing& rules, int source_height);
  void add_taps(int source_height);
  void add_windows(const Preprocessing& rules, int source_height);
  template <typename T>
  std::size_t append(const std::vector<T>& values);

  ResizeParameters parameters_{};
  AxisOffsets columns_, rows_;
  std::size_t filtered_rows_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace bitplace::cuda
