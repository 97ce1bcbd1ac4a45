// The frame of a .vpr file: header, section table, and the rules that place sections (docs/format.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bitplace/descriptor.h"

namespace bitplace {

// The first byte is no text and no UTF-8; the line ends show a transfer that rewrote them.
inline constexpr std::array<std::uint8_t, 8> kModelMagic = {0x89, 'V', 'P', 'R', '\r', '\n', 0x1a, '\n'};
inline constexpr std::uint16_t kModelMajor = 1;
inline constexpr std::uint16_t kModelMinor = 3;
inline constexpr std::uint32_t kEndiannessMark = 0x01020304;
inline constexpr std::size_t kSectionAlignment = 64;
inline constexpr std::uint32_t kMaxSections = 64;
inline constexpr std::size_t kMaxModelBytes = std::size_t{1} << 30;

struct FileHeader {
  std::array<std::uint8_t, 8> magic = kModelMagic;
  std::uint16_t major = kModelMajor;
  std::uint16_t minor = kModelMinor;
  std::uint32_t endianness = kEndiannessMark;
  std::uint64_t file_bytes = 0;
  std::uint32_t section_count = 0;
  std::uint32_t numerics_revision = 0;  // the one that `identity` was computed with
  ModelIdentity identity{};
  std::uint64_t reserved = 0;
  std::uint64_t hash = 0;  // of header and section table, with this field taken as 0
};
static_assert(sizeof(FileHeader) == 64 && offsetof(FileHeader, identity) == 32 &&
              offsetof(FileHeader, hash) == 56);

enum class SectionKind : std::uint32_t {
  metadata = 1,
  preprocessing = 2,
  values = 3,
  nodes = 4,
  tensors = 5,
  data = 6,
};
inline constexpr std::uint32_t kSectionKinds = 6;
inline constexpr std::uint32_t kSectionOptional = 1;  // flag: a reader that does not know the kind skips it

struct SectionEntry {
  std::uint32_t kind = 0;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;  // from the start of the file
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;
};
static_assert(sizeof(SectionEntry) == 32);

// How a tensor's bytes stand for its elements.
enum class TensorEncoding : std::uint8_t {
  raw = 0,       // types of 8 bits and more: elements as they are
  bits = 1,      // types below 8 bits, k bits each: one dense row per index of the first axis
  codebook = 2,  // k-bit indices into a table
  sparse = 3,    // positions and values of what is not zero
};

constexpr const char* section_name(SectionKind kind) {
  switch (kind) {
    case SectionKind::metadata:
      return "metadata";
    case SectionKind::preprocessing:
      return "preprocessing";
    case SectionKind::values:
      return "values";
    case SectionKind::nodes:
      return "nodes";
    case SectionKind::tensors:
      return "tensors";
    case SectionKind::data:
      return "data";
  }
  return "unknown";
}

constexpr std::uint64_t align_section(std::uint64_t offset) {
  return (offset + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
}

}  // namespace bitplace
