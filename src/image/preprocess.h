// From an image of any size to the network's input: NHWC, three channels, of the type that the model states.
//
// Rules (docs/preprocessing.md defines them), those of OpenCV and Pillow equal to its result byte for byte:
//   nearest          cv2.INTER_NEAREST: source index = min(floor(i * source / target), source - 1)
//   bilinear_opencv  cv2.INTER_LINEAR on u8: half-pixel centres, 11-bit coefficients, no antialiasing
//   .._pillow        Image.resize: 22-bit coefficients, antialiasing, bytes after each direction
//   .._tensor..      torch.nn.functional.interpolate, rounded to bytes at the end
// An image that has the right size already is copied. Grey becomes three equal channels; alpha is dropped.
// Then bytes become inputs as image/normalize.h says, row by row while they are in the nearest cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bitplace/executor.h"
#include "bitplace/image.h"
#include "bitplace/result.h"
#include "graph/model_contents.h"
#include "kernels/normalize/normalize.h"
#include "kernels/resample/resample.h"
#include "kernels/resize/resize.h"

namespace bitplace {

inline constexpr int kMaxImageSide = 65536;

// Null data, a side outside [1, kMaxImageSide], an unknown format, or a stride that is negative or shorter
// than a row: invalid_argument.
Status check_image(const ImageView& image);

// A model's preprocessing with the kernels that run it, chosen once.
class Preprocessor {
 public:
  Preprocessor() = default;
  Preprocessor(const Preprocessing& rules, IsaFeatures features);

  const Preprocessing& rules() const { return rules_; }
  const ResizeKernel& resize_kernel() const { return *resize_; }
  const ResampleKernel* resample_kernel() const { return resample_; }  // null where the rule does not filter
  const NormalizeKernel* normalize_kernel() const { return normalize_; }  // null where the input is u8
  std::size_t table_bytes() const { return table_.size(); }

  // How many parts an image is worth splitting into.
  int useful_parts() const;

  // Working memory of run(). It follows from the output's size and the number of parts alone, so it is
  // reserved once and serves images of every size.
  std::size_t scratch_bytes(int parts = 1) const;

  // Writes height x width x 3 inputs to `out`. `image` has passed check_image; `scratch` has scratch_bytes()
  // bytes, aligned to 64. Allocates nothing and cannot fail.
  void run(const ImageView& image, void* out, void* scratch) const;

  // The same bytes, the output's rows split into `parts` tasks; `scratch` is for as many parts.
  void run(const ImageView& image, void* out, void* scratch, Executor& executor, int parts) const;

 private:
  Preprocessing rules_;
  const ResizeKernel* resize_ = nullptr;
  const ResampleKernel* resample_ = nullptr;
  const NormalizeKernel* normalize_ = nullptr;
  NormalizeMap map_{};  // without its table: copies of this have their own
  std::vector<std::byte> table_;
};

}  // namespace bitplace
