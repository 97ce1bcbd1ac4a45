// Pieces of HTML pages that need nothing but themselves.
#pragma once

#include <string>
#include <string_view>

#include "bitplace/image.h"
#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace::tools {

// Text for element content and quoted attributes; bytes that are not UTF-8 become U+FFFD.
std::string html_escaped(std::string_view text);

std::string base64(ByteSpan bytes);

// A small JPEG of an image as a data: URI; never enlarged.
Result<std::string> thumbnail_uri(const ImageView& image, int longest_side);

}  // namespace bitplace::tools
