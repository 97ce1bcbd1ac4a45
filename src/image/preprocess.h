// From an image of any size to the network's input: u8, NHWC, three channels.
//
// Rules, each equal to OpenCV's result byte for byte (docs/preprocessing.md):
//   nearest          cv2.INTER_NEAREST: source index = min(floor(i * source / target), source - 1)
//   bilinear_opencv  cv2.INTER_LINEAR on u8: half-pixel centres, 11-bit coefficients, no antialiasing; an
//                    exact halving of both sides is the mean of 2x2 pixels, as cv2 does it
// An image that has the right size already is copied. Grey becomes three equal channels; alpha is dropped.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/executor.h"
#include "bitplace/image.h"
#include "bitplace/result.h"
#include "graph/model_contents.h"

namespace bitplace {

inline constexpr int kMaxImageSide = 65536;

// Null data, a side outside [1, kMaxImageSide], an unknown format, or a stride that is negative or shorter
// than a row: invalid_argument.
Status check_image(const ImageView& image);

// Working memory for preprocess(). It follows from the output's width and the number of parts alone, so it is
// reserved once and serves images of every size.
std::size_t preprocess_scratch_bytes(const Preprocessing& preprocessing, int parts = 1);

// Writes height x width x 3 bytes to `out`. `image` has passed check_image; `scratch` has
// preprocess_scratch_bytes() bytes, aligned to 64. Allocates nothing and cannot fail.
void preprocess(const Preprocessing& preprocessing, const ImageView& image, std::uint8_t* out, void* scratch);

// The same bytes, the output's rows split into `parts` tasks; `scratch` is for as many parts.
void preprocess(const Preprocessing& preprocessing, const ImageView& image, std::uint8_t* out, void* scratch,
                Executor& executor, int parts);

}  // namespace bitplace
