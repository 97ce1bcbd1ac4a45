// libjpeg behind a narrow door: one picture whose file has been probed. Its decoder is the one that OpenCV,
// Pillow and so every training run read JPEG with, and its pixels are the same on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "image/probe.h"

namespace bitplace {

// Fills width * height * (1 if gray, otherwise 3) bytes. On failure says why; `pixels` is then of no use.
bool decode_jpeg(ByteSpan bytes, const ImageFacts& facts, std::uint8_t* pixels, std::string* reason);

}  // namespace bitplace
