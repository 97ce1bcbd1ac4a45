// Pictures for describers on devices, and what they make of them.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "describer/describer_support.h"

namespace bitplace::test {

inline std::vector<std::byte> describe_all(Describer& describer, const std::vector<Picture>& pictures) {
  std::vector<ImageView> views;
  for (const Picture& picture : pictures)
    views.push_back(picture.view);
  std::vector<std::byte> descriptors(views.size() * describer.descriptor_spec().bytes());
  const Status status =
      describer.describe(views.data(), views.size(), descriptors.data(), descriptors.size());
  if (!status.ok()) FAIL(status.error().message());
  return descriptors;
}

// Neighbours of one size, more of them than a batch, and other sizes and formats.
inline std::vector<Picture> pictures_for(const Model& model, Random& random) {
  const int width = model.input_width(), height = model.input_height();
  std::vector<Picture> pictures;
  for (int i = 0; i < 3; ++i)
    pictures.push_back(random_picture(random, width, height));
  pictures.push_back(random_picture(random, width + 7, height + 3, PixelFormat::bgra8));
  pictures.push_back(random_picture(random, width / 2 + 1, height / 2 + 1, PixelFormat::gray8));
  pictures.push_back(random_picture(random, width, height));
  return pictures;
}

inline std::vector<float> floats_of(const std::vector<std::byte>& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

inline double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace bitplace::test
