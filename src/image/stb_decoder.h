// stb_image behind a narrow door: one picture whose file has been probed, and a limit on the memory it may
// take.
#pragma once

#include <cstdint>
#include <memory>

#include "core/bytes.h"
#include "image/probe.h"

namespace bitplace {

struct StbPicture {
  struct Free {
    void operator()(std::uint8_t* data) const;
  };
  std::unique_ptr<std::uint8_t, Free> pixels;  // null: `reason` says why
  bool out_of_memory = false;
  const char* reason = "";
};

// width * height * (1 if gray, otherwise 3) bytes.
StbPicture decode_with_stb(ByteSpan bytes, const ImageFacts& facts);

}  // namespace bitplace
