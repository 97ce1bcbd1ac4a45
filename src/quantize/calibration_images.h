// Images that statistics are taken over. The library reads no files itself: whoever has them gives them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "image/decode.h"

namespace bitplace {

struct CalibrationImages {
  std::vector<std::string> names;  // stand in front of errors
  std::vector<double> weights;     // how much each counts
  std::function<Result<DecodedImage>(std::size_t index)> read;

  std::size_t size() const { return names.size(); }
};

// Called after every image.
using CalibrationProgress = std::function<void(std::size_t done, std::size_t total)>;

// Hands every image over, in order. No image at all is an error; errors of `use` get the image's name.
Status for_each_image(const CalibrationImages& images, const CalibrationProgress& progress,
                      const std::function<Status(const ImageView& image, double weight)>& use);

// Every n-th image is held out, the others calibrate, so that a decision is not made on what it was fitted
// to. With fewer than n images, both are all of them.
struct SplitImages {
  CalibrationImages calibrating;
  CalibrationImages held_out;
};
SplitImages hold_out(const CalibrationImages& images, std::size_t every);

// At most this many, evenly spaced.
CalibrationImages some_images(const CalibrationImages& images, std::size_t most);

}  // namespace bitplace
