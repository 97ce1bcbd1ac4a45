// Changes of an image that leave its place what it is: viewpoint, light, season, blur, noise, occlusion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bitplace/image.h"
#include "bitplace/result.h"
#include "vprtrain/data/network_image.h"

namespace bitplace::train {

// Strengths are the largest changes; each image draws its own below them. Probabilities say how often a kind
// takes place at all. 0 turns a kind off.
struct AugmentationOptions {
  // Viewpoint: one perspective map, sampled together with the resize.
  float zoom = 0.0f;         // share of the sides that is cut away, at most
  float shift = 0.0f;        // sideways, share of the width; half as much upwards. Beyond its border an image
                             // repeats its edge
  float rotation = 0.0f;     // degrees
  float perspective = 0.0f;  // how far corners move, share of the sides
  float flip = 0.0f;         // probability of a mirror image; places are not symmetric
  // Light.
  float brightness = 0.0f;  // added, share of the range
  float contrast = 0.0f;    // factor 1 - contrast to 1 + contrast about the middle
  float gamma = 0.0f;       // exponent 2^-gamma to 2^gamma
  float colour = 0.0f;      // factor of each channel 1 - colour to 1 + colour
  float gradient = 0.0f;    // light that varies over the picture: factors 1 - gradient to 1 + gradient
  float night = 0.0f;       // probability of darkness
  // Season.
  float remap = 0.0f;  // probability of another curve of luminance, up to an inversion
  float snow = 0.0f;   // probability of bright patches of low frequency
  float grey = 0.0f;   // probability of an image without colour
  // Camera.
  float blur = 0.0f;            // probability of Gaussian or motion blur
  float low_resolution = 0.0f;  // probability of fewer pixels, enlarged again
  float noise = 0.0f;           // standard deviation at most, share of the range
  float occlusion = 0.0f;       // probability of a rectangle that is covered
};

// "none", "light", "medium", "strong", then single fields: "medium,flip=0.5,night=0". Error:
// invalid_argument, which lists the names there are.
Result<AugmentationOptions> parse_augmentation(std::string_view text);
// The same, in full: what a run records.
std::string augmentation_text(const AugmentationOptions& options);

// Which image of which run: what is drawn follows from this alone.
struct AugmentationKey {
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
  std::uint64_t batch = 0;
  std::uint64_t sample = 0;
};

// One thread at a time uses it.
class Augmenter {
 public:
  Augmenter(const AugmentationOptions& options, const ImageFormat& format);

  // Writes height x width x 3 bytes. Without any augmentation they are NetworkImageMaker's.
  void run(const ImageView& image, const AugmentationKey& key, std::uint8_t* out);

 private:
  void sample(const ImageView& image, const AugmentationKey& key, std::uint8_t* out);
  void change_light(const AugmentationKey& key, std::uint8_t* out);

  AugmentationOptions options_;
  NetworkImageMaker maker_;
  // Kept between calls.
  std::vector<std::uint8_t> resized_;
  std::vector<std::uint8_t> coarse_;
  std::vector<std::uint8_t> wide_;
  std::vector<float> row_;
};

}  // namespace bitplace::train
