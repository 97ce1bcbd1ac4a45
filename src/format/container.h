// Sections in and out of the frame of a .vpr file.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"
#include "format/layout.h"

namespace bitplace {

// The bytes of each known section, by kind.
template <typename Bytes>
struct Sections {
  std::array<Bytes, kSectionKinds> bytes;

  Bytes& operator[](SectionKind kind) { return bytes[static_cast<std::size_t>(kind) - 1]; }
  const Bytes& operator[](SectionKind kind) const { return bytes[static_cast<std::size_t>(kind) - 1]; }
};

struct Container {
  FileHeader header;
  Sections<ByteSpan> sections;
};

// Checks header, section table, hashes, and that every byte outside a section is 0. What comes back points
// into `file`.
Result<Container> open_container(ByteSpan file);

std::vector<std::byte> build_container(const Sections<std::vector<std::byte>>& sections,
                                       std::uint32_t numerics_revision, const ModelIdentity& identity);

// The hash of header and section table, which the header stores. `front` ends where the table ends.
std::uint64_t front_hash(ByteSpan front);

}  // namespace bitplace
