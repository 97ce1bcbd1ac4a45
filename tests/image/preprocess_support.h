// Images, rules and calls that the tests of preprocessing share.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/cpu.h"
#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "support/random.h"

namespace bitplace::test {

inline constexpr PixelFormat kFormats[] = {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8,
                                           PixelFormat::bgra8, PixelFormat::gray8};

std::uint8_t pattern(int x, int y, int channel);

struct TestImage {
  std::vector<std::uint8_t> bytes;
  ImageView view;
};

// The pattern in any format; padding between rows and alpha are filled with another value.
TestImage pattern_image(int width, int height, PixelFormat format, int padding = 0);

// The byte of an image that becomes channel `channel` of the model, of a pixel moved inside if it is not.
int byte_of(const Preprocessing& rules, const ImageView& image, int x, int y, int channel);

Preprocessing preprocessing_of(int width, int height, ResizeRule rule);

std::vector<ResizeRule> all_rules();

std::size_t output_bytes(const Preprocessing& rules);

// With the best kernels of some tier; the reference's unless told.
std::vector<std::uint8_t> preprocessed(const Preprocessing& rules, const ImageView& image,
                                       IsaFeatures features = 0);

// The tiers above the reference that this CPU has.
std::vector<IsaTier> runnable_tiers();

std::uint64_t hash_of(const std::vector<std::uint8_t>& bytes);

struct RandomCase {
  Preprocessing rules;
  TestImage image;
};

// Sizes from one pixel to several vectors, up and down, halves and copies, steps far wider than a window.
RandomCase random_case(Random& random, ResizeRule first, ResizeRule last);

}  // namespace bitplace::test
