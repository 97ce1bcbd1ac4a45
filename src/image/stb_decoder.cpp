#include "image/stb_decoder.h"

#include <cstdlib>
#include <cstring>

namespace bitplace {
namespace {

// A compressed stream can unfold to far more than its picture needs. Every allocation of stb_image carries
// its size in front and counts against a budget that follows from the picture.
struct alignas(std::max_align_t) AllocationHeader {
  std::size_t bytes;
};

thread_local std::size_t budget_left = 0;
thread_local bool allocation_failed = false;

void* allocate(std::size_t bytes) {
  if (bytes > budget_left) {
    allocation_failed = true;
    return nullptr;
  }
  auto* header = static_cast<AllocationHeader*>(std::calloc(1, sizeof(AllocationHeader) + bytes));
  if (header == nullptr) {
    allocation_failed = true;
    return nullptr;
  }
  header->bytes = bytes;
  budget_left -= bytes;
  return header + 1;
}

void release(void* data) {
  if (data == nullptr) return;
  AllocationHeader* header = static_cast<AllocationHeader*>(data) - 1;
  budget_left += header->bytes;
  std::free(header);
}

void* reallocate(void* data, std::size_t old_bytes, std::size_t new_bytes) {
  void* moved = allocate(new_bytes);
  if (moved == nullptr || data == nullptr) return moved;
  std::memcpy(moved, data, old_bytes < new_bytes ? old_bytes : new_bytes);
  release(data);
  return moved;
}

}  // namespace
}  // namespace bitplace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 65536
#define STBI_ASSERT(condition) static_cast<void>(0)
#define STBI_MALLOC(bytes) bitplace::allocate(bytes)
#define STBI_REALLOC_SIZED(data, old_bytes, new_bytes) bitplace::reallocate(data, old_bytes, new_bytes)
#define STBI_REALLOC(data, new_bytes) bitplace::reallocate(data, new_bytes, new_bytes)
#define STBI_FREE(data) bitplace::release(data)
#include <stb/stb_image.h>

namespace bitplace {

void StbPicture::Free::operator()(std::uint8_t* data) const {
  release(data);
}

StbPicture decode_with_stb(ByteSpan bytes, const ImageFacts& facts) {
  // The most demanding picture (16-bit RGBA, interlaced PNG, or progressive JPEG with sides padded to 32)
  // takes less than 40 bytes for each pixel beside copies of the file.
  const std::size_t pixels = (std::size_t{facts.width} + 32) * (std::size_t{facts.height} + 32);
  budget_left = pixels * 40 + bytes.size() * 4 + (std::size_t{1} << 20);
  allocation_failed = false;
  int width = 0;
  int height = 0;
  int channels = 0;
  StbPicture picture;
  picture.pixels.reset(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                             static_cast<int>(bytes.size()), &width, &height, &channels,
                                             facts.gray ? 1 : 3));
  if (picture.pixels == nullptr) {
    picture.out_of_memory = allocation_failed;
    picture.reason = stbi_failure_reason();
  } else if (width != static_cast<int>(facts.width) || height != static_cast<int>(facts.height)) {
    picture.pixels.reset();
    picture.reason = "the decoder and the header disagree about the size";
  }
  return picture;
}

}  // namespace bitplace
