// A .vpr file whose header and section table can be changed and sealed again.
#pragma once

#include <cstring>
#include <vector>

#include "core/hash.h"
#include "format/container.h"

namespace bitplace::test {

struct Frame {
  explicit Frame(std::vector<std::byte> file) : bytes(std::move(file)) {
    std::memcpy(&header, bytes.data(), sizeof header);
    table.resize(header.section_count);
    std::memcpy(table.data(), bytes.data() + sizeof header, table.size() * sizeof(SectionEntry));
  }

  SectionEntry& entry(SectionKind kind) { return table[static_cast<std::size_t>(kind) - 1]; }

  // The file with header and table as they are now and a hash that fits them. The table keeps its place, so
  // it must not have grown.
  std::vector<std::byte> sealed() {
    const std::size_t front = sizeof header + table.size() * sizeof(SectionEntry);
    std::memcpy(bytes.data() + sizeof header, table.data(), table.size() * sizeof(SectionEntry));
    std::memcpy(bytes.data(), &header, sizeof header);
    header.hash = front_hash(ByteSpan(bytes).first(front));
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
  }

  // The same after the bytes of a section were changed.
  std::vector<std::byte> sealed_with(SectionKind kind) {
    entry(kind).hash = hash64(bytes.data() + entry(kind).offset, entry(kind).bytes);
    return sealed();
  }

  FileHeader header;
  std::vector<SectionEntry> table;
  std::vector<std::byte> bytes;
};

}  // namespace bitplace::test
