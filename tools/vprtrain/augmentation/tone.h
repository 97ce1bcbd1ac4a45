// Changes of each pixel by itself: light and season as curves from grey level to grey level.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/split_mix.h"
#include "vprtrain/augmentation/augmentation.h"

namespace bitplace::train {

// Per channel, in the order of the pixels' channels.
using ToneCurves = std::array<std::array<std::uint8_t, 256>, 3>;

// Exposure (contrast, brightness, gamma, colour), then night, then another curve of luminance. Each has
// numbers of its own, so that a kind that is turned off changes nothing about the others.
ToneCurves draw_tone(const AugmentationOptions& options, SplitMix64* exposure, SplitMix64* night,
                     SplitMix64* remap);

// `pixels` of three bytes, in place.
void apply_tone(const ToneCurves& curves, std::size_t pixels, std::uint8_t* bytes);

// Luminance in all three channels, by the weights of BT.601; a bgr image has its own order of them.
void remove_colour(ChannelOrder order, std::size_t pixels, std::uint8_t* bytes);

}  // namespace bitplace::train
