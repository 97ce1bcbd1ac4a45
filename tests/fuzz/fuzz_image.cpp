// Image files, decoded and made into an input. The CRC of PNG chunks is put right first, so that what lies
// behind it is reached.
#include "core/arena.h"
#include "fuzz/fuzz.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "image/probe.h"
#include "image/sample_images.h"

using namespace bitplace;

namespace {

std::uint32_t big_endian(const std::vector<std::byte>& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

void reseal_png(std::vector<std::byte>* bytes) {
  for (std::size_t at = 8; at + 12 <= bytes->size();) {
    const std::size_t length = big_endian(*bytes, at);
    if (length > bytes->size() - at - 12) return;
    const std::uint32_t crc = png_crc(ByteSpan(*bytes).subspan(at + 4, length + 4));
    for (std::size_t i = 0; i < 4; ++i)
      (*bytes)[at + 8 + length + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
    at += 12 + length;
  }
}

// By a rule and to a size that the file's length chooses, on the best kernels.
void preprocess(const DecodedImage& image, std::size_t choice) {
  Preprocessing rules;
  rules.resize = static_cast<ResizeRule>(choice % kResizeRules);
  rules.width = 1 + static_cast<std::int32_t>(choice / 8 % 37);
  rules.height = 1 + static_cast<std::int32_t>(choice / 3 % 23);
  const ImageView view = image.view();
  if (!check_image(view).ok()) __builtin_trap();
  const Preprocessor preprocessor(rules, cpu_features());
  const auto scratch = AlignedBuffer::allocate_uninitialized(preprocessor.scratch_bytes());
  std::vector<std::uint8_t> input(static_cast<std::size_t>(rules.width * rules.height * 3));
  if (scratch.ok()) preprocessor.run(view, input.data(), scratch->data());
}

}  // namespace

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  std::vector<std::vector<std::byte>> seeds = {cmyk_jpeg()};
  for (SampleImage& image : sample_images())
    seeds.push_back(std::move(image.bytes));
  return seeds;
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(first, first + size);
  if (size > 0 && bytes[0] == std::byte{0x89}) reseal_png(&bytes);
  // Large pictures are honest work, not a defect, but they would make the search slow.
  const Result<ImageFacts> facts = probe_image(bytes);
  if (facts.ok() && std::uint64_t{facts->width} * facts->height > 1 << 16) return 0;
  const Result<DecodedImage> image = decode_image(bytes, "fuzz");
  if (!image.ok()) return 0;
  const auto pixels = static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height);
  if (image->pixels.size() != pixels * static_cast<std::size_t>(bytes_per_pixel(image->format)))
    __builtin_trap();
  if (image->orientation < 1 || image->orientation > 8) __builtin_trap();
  preprocess(*image, size);
  return 0;
}
