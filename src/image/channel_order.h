// Where an input's channels lie in an image's pixels.
#pragma once

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "kernels/resize/resize.h"

namespace bitplace {

// Whether a pixel has its colours in the other order than the input.
bool reverses_channels(const Preprocessing& rules, PixelFormat format);

// The byte of a pixel that each channel of the input comes from.
void source_channels(const Preprocessing& rules, PixelFormat format,
                     std::uint8_t (&channels)[kResizeChannels]);

}  // namespace bitplace
