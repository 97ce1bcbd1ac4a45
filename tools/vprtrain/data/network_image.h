// An image as a network gets it, by the engine's own rules, so that training sees what the robot will see.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "image/preprocess.h"

namespace bitplace::train {

struct ImageFormat {
  std::int32_t height = 227;
  std::int32_t width = 227;
  ResizeRule resize = ResizeRule::bilinear_opencv;
  ChannelOrder channel_order = ChannelOrder::rgb;

  std::size_t bytes() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3; }
};

// One thread at a time uses it.
class NetworkImageMaker {
 public:
  explicit NetworkImageMaker(const ImageFormat& format);

  const ImageFormat& format() const { return format_; }

  // Writes format().bytes() bytes, height x width x 3.
  void make(const ImageView& image, std::uint8_t* out);

 private:
  ImageFormat format_;
  Preprocessor preprocessor_;
  std::vector<std::byte> scratch_;
};

}  // namespace bitplace::train
