#include "format/container.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/error.h"
#include "core/hash.h"

namespace bitplace {
namespace {

Error header_error(ErrorCode code, const std::string& why) {
  return make_error(code, "header", why);
}

Status check_version(const FileHeader& header) {
  if (header.endianness != kEndiannessMark) {
    return header_error(ErrorCode::unsupported, "the endianness mark is not that of a little-endian file");
  }
  if (header.major != kModelMajor) {
    return header_error(ErrorCode::unsupported, "format version " + std::to_string(header.major) + "." +
                                                    std::to_string(header.minor) + ", this reader knows " +
                                                    std::to_string(kModelMajor) + ".x");
  }
  return {};
}

Result<FileHeader> read_header(ByteSpan file) {
  FileHeader header;
  if (!ByteReader(file).read(&header)) {
    return header_error(ErrorCode::corrupt, "the file ends inside the header");
  }
  if (header.magic != kModelMagic) return header_error(ErrorCode::corrupt, "this is not a .vpr file");
  BITPLACE_TRY(check_version(header));
  if (header.file_bytes != file.size()) {
    return header_error(ErrorCode::corrupt, "the file should have " + std::to_string(header.file_bytes) +
                                                " bytes and has " + std::to_string(file.size()));
  }
  if (header.section_count < 1 || header.section_count > kMaxSections) {
    return header_error(ErrorCode::corrupt, std::to_string(header.section_count) + " sections");
  }
  const std::size_t front_bytes = sizeof(FileHeader) + header.section_count * sizeof(SectionEntry);
  if (file.size() < front_bytes) {
    return header_error(ErrorCode::corrupt, "the file ends inside the section table");
  }
  if (front_hash(file.first(front_bytes)) != header.hash) {
    return header_error(ErrorCode::corrupt, "its hash does not match");
  }
  if (header.reserved != 0) return header_error(ErrorCode::corrupt, "a reserved field is not 0");
  return header;
}

bool all_zero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

std::string entry_name(const SectionEntry& entry) {
  const bool known = entry.kind >= 1 && entry.kind <= kSectionKinds;
  return std::string("section ") +
         (known ? section_name(static_cast<SectionKind>(entry.kind)) : std::to_string(entry.kind).c_str());
}

// `end` is where the bytes before this section end; sections follow each other without room to spare.
Status check_entry(ByteSpan file, const SectionEntry& entry, std::uint64_t end) {
  const std::string where = entry_name(entry);
  if ((entry.flags & ~kSectionOptional) != 0) {
    return make_error(ErrorCode::unsupported, where, "a flag that this reader does not know");
  }
  if (entry.offset != align_section(end)) {
    return make_error(
        ErrorCode::corrupt, where,
        "starts at " + std::to_string(entry.offset) + ", expected " + std::to_string(align_section(end)));
  }
  if (entry.bytes < 1 || entry.offset > file.size() || entry.bytes > file.size() - entry.offset) {
    return make_error(ErrorCode::corrupt, where, "is empty or goes past the end of the file");
  }
  if (!all_zero(file.subspan(end, entry.offset - end))) {
    return make_error(ErrorCode::corrupt, where, "the padding before it is not 0");
  }
  if (hash64(file.data() + entry.offset, entry.bytes) != entry.hash) {
    return make_error(ErrorCode::corrupt, where, "its hash does not match");
  }
  const bool known = entry.kind >= 1 && entry.kind <= kSectionKinds;
  if (!known && (entry.flags & kSectionOptional) == 0) {
    return make_error(ErrorCode::unsupported, where, "is needed, and this reader does not know it");
  }
  return {};
}

}  // namespace

std::uint64_t front_hash(ByteSpan front) {
  std::vector<std::byte> copy(front.begin(), front.end());
  std::memset(copy.data() + offsetof(FileHeader, hash), 0, sizeof(FileHeader::hash));
  return hash64(copy.data(), copy.size());
}

Result<Container> open_container(ByteSpan file) {
  Container container;
  BITPLACE_ASSIGN(header, read_header(file));
  container.header = header;
  ByteReader table(file.subspan(sizeof(FileHeader)));
  std::uint64_t end = sizeof(FileHeader) + header.section_count * sizeof(SectionEntry);
  std::uint32_t previous_kind = 0;
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    SectionEntry entry;
    if (!table.read(&entry)) return header_error(ErrorCode::corrupt, "the section table is too short");
    if (entry.kind <= previous_kind) {
      return make_error(ErrorCode::corrupt, entry_name(entry), "sections are not in rising order of kind");
    }
    BITPLACE_TRY(check_entry(file, entry, end));
    if (entry.kind <= kSectionKinds) {
      container.sections[static_cast<SectionKind>(entry.kind)] = file.subspan(entry.offset, entry.bytes);
    }
    previous_kind = entry.kind;
    end = entry.offset + entry.bytes;
  }
  if (end != file.size()) return header_error(ErrorCode::corrupt, "bytes follow the last section");
  for (std::uint32_t kind = 1; kind <= kSectionKinds; ++kind) {
    const auto known = static_cast<SectionKind>(kind);
    if (container.sections[known].empty()) {
      return make_error(ErrorCode::corrupt, std::string("section ") + section_name(known), "is missing");
    }
  }
  return container;
}

std::vector<std::byte> build_container(const Sections<std::vector<std::byte>>& sections,
                                       std::uint32_t numerics_revision, const ModelIdentity& identity) {
  FileHeader header;
  header.section_count = kSectionKinds;
  header.numerics_revision = numerics_revision;
  header.identity = identity;

  std::array<SectionEntry, kSectionKinds> table{};
  std::uint64_t end = sizeof(FileHeader) + sizeof(table);
  for (std::uint32_t i = 0; i < kSectionKinds; ++i) {
    const std::vector<std::byte>& bytes = sections.bytes[i];
    table[i] = {i + 1, 0, align_section(end), bytes.size(), hash64(bytes.data(), bytes.size())};
    end = table[i].offset + table[i].bytes;
  }
  header.file_bytes = end;

  ByteWriter front;
  front.write(header);
  front.write(table);
  header.hash = front_hash(front.bytes());

  ByteWriter file;
  file.write(header);
  file.write(table);
  for (const std::vector<std::byte>& bytes : sections.bytes) {
    file.align(kSectionAlignment);
    file.write_bytes(bytes.data(), bytes.size());
  }
  return file.take();
}

}  // namespace bitplace
