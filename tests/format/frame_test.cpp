#include "format/frame.h"

#include <catch2/catch.hpp>
#include <string>

#include "format/model_file.h"
#include "support/tiny_model.h"

using namespace bitplace;
using bitplace::test::Frame;

namespace {

Frame tiny_frame() {
  const auto bytes = encode_model(test::tiny_model());
  REQUIRE(bytes.ok());
  return Frame(*bytes);
}

// The error's text, or "" where the file was accepted.
std::string refusal(const std::vector<std::byte>& file, ErrorCode expected = ErrorCode::corrupt) {
  const auto contents = decode_model(file, "F");
  if (contents.ok()) return "";
  CHECK(contents.error().code() == expected);
  return contents.error().message();
}

// The tiny file with one more section, of a kind that this version does not know.
std::vector<std::byte> with_unknown_section(std::uint32_t flags) {
  std::vector<std::byte> bytes = tiny_frame().bytes;
  Frame frame(bytes);
  // The table grows by half an alignment unit: every section moves to the next one.
  std::vector<std::byte> moved(bytes.begin(), bytes.begin() + 256);
  moved.resize(320);
  moved.insert(moved.end(), bytes.begin() + 256, bytes.end());
  for (SectionEntry& entry : frame.table)
    entry.offset += 64;
  moved.resize(align_section(moved.size()) + 5, std::byte{7});
  std::fill(moved.begin() + static_cast<std::ptrdiff_t>(frame.table[5].offset + frame.table[5].bytes),
            moved.end() - 5, std::byte{0});
  const std::uint64_t start = moved.size() - 5;
  frame.table.push_back({900, flags, start, 5, hash64(moved.data() + start, 5)});
  frame.bytes = moved;
  frame.header.section_count = 7;
  frame.header.file_bytes = moved.size();
  return frame.sealed();
}

}  // namespace

TEST_CASE("sealing an unchanged file changes nothing") {
  Frame frame = tiny_frame();
  const std::vector<std::byte> before = frame.bytes;
  REQUIRE(frame.table[0].offset == 256);
  CHECK(frame.sealed() == before);
}

TEST_CASE("an unknown major version is refused and a newer minor one is not") {
  for (const std::uint16_t major : {std::uint16_t{0}, std::uint16_t{2}, std::uint16_t{256}}) {
    Frame frame = tiny_frame();
    frame.header.major = major;
    CHECK(refusal(frame.sealed(), ErrorCode::unsupported) ==
          "F: header: format version " + std::to_string(major) + "." + std::to_string(kModelMinor) +
              ", this reader knows 1.x");
  }
  Frame frame = tiny_frame();
  frame.header.minor = 9;
  CHECK(refusal(frame.sealed()).empty());
}

TEST_CASE("a header that contradicts itself is refused") {
  Frame frame = tiny_frame();
  frame.header.endianness = 0x04030201;
  CHECK(refusal(frame.sealed(), ErrorCode::unsupported).find("endianness") != std::string::npos);
  for (const std::uint32_t count : {0u, 65u, 0xffffffffu}) {
    frame = tiny_frame();
    frame.header.section_count = count;
    CHECK(refusal(frame.sealed()).find("sections") != std::string::npos);
  }
  frame = tiny_frame();
  frame.header.reserved = 1;
  CHECK(refusal(frame.sealed()).find("reserved") != std::string::npos);
  frame = tiny_frame();
  --frame.header.file_bytes;
  CHECK(refusal(frame.sealed()).find("should have") != std::string::npos);
  frame = tiny_frame();
  frame.header.numerics_revision += 1;
  CHECK(refusal(frame.sealed()).find("identity") != std::string::npos);
  frame = tiny_frame();
  frame.header.identity[0] ^= 1;
  CHECK(refusal(frame.sealed()).find("identity") != std::string::npos);
}

TEST_CASE("sections out of place are refused") {
  Frame frame = tiny_frame();
  frame.entry(SectionKind::nodes).offset -= 64;  // overlaps the section before
  CHECK(refusal(frame.sealed()).find("section nodes: starts at") != std::string::npos);
  frame = tiny_frame();
  frame.entry(SectionKind::nodes).offset += 64;  // leaves a gap
  CHECK(refusal(frame.sealed()).find("section nodes: starts at") != std::string::npos);
  frame = tiny_frame();
  frame.entry(SectionKind::nodes).offset += 1;
  CHECK(refusal(frame.sealed()).find("section nodes: starts at") != std::string::npos);
  frame = tiny_frame();
  frame.entry(SectionKind::metadata).offset = ~std::uint64_t{63};
  CHECK(refusal(frame.sealed()).find("section metadata: starts at") != std::string::npos);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1} << 20, ~std::uint64_t{0}}) {
    frame = tiny_frame();
    frame.entry(SectionKind::nodes).bytes = size;
    CHECK(refusal(frame.sealed()).find("section nodes: is empty or goes past") != std::string::npos);
  }
  frame = tiny_frame();
  std::swap(frame.table[1], frame.table[2]);
  CHECK_FALSE(refusal(frame.sealed()).empty());
  frame = tiny_frame();
  std::swap(frame.table[1].kind, frame.table[2].kind);
  CHECK(refusal(frame.sealed()).find("rising order") != std::string::npos);
  frame = tiny_frame();
  frame.table[2].kind = 2;
  CHECK(refusal(frame.sealed()).find("rising order") != std::string::npos);
}

TEST_CASE("padding that is not zero is refused") {
  Frame frame = tiny_frame();
  const SectionEntry& metadata = frame.entry(SectionKind::metadata);
  REQUIRE(metadata.bytes % 64 != 0);
  frame.bytes[metadata.offset + metadata.bytes] = std::byte{1};
  CHECK(refusal(frame.sealed()).find("padding") != std::string::npos);
}

TEST_CASE("a section's own hash is checked") {
  Frame frame = tiny_frame();
  frame.bytes[frame.entry(SectionKind::metadata).offset + 5] ^= std::byte{1};
  CHECK(refusal(frame.sealed()).find("section metadata: its hash") != std::string::npos);
}

TEST_CASE("an unknown section is skipped where it is optional and refused where it is not") {
  CHECK(refusal(with_unknown_section(kSectionOptional)).empty());
  CHECK(refusal(with_unknown_section(0), ErrorCode::unsupported).find("section 900: is needed") !=
        std::string::npos);
  CHECK(refusal(with_unknown_section(2), ErrorCode::unsupported).find("flag") != std::string::npos);
}

TEST_CASE("a missing section is refused") {
  const std::vector<std::byte> whole = tiny_frame().bytes;
  Frame frame(whole);
  const std::uint64_t end = frame.table[4].offset + frame.table[4].bytes;
  frame.bytes.resize(end);
  std::memset(frame.bytes.data() + sizeof(FileHeader) + 5 * sizeof(SectionEntry), 0, sizeof(SectionEntry));
  frame.table.resize(5);
  frame.header.section_count = 5;
  frame.header.file_bytes = end;
  CHECK(refusal(frame.sealed()).find("section data: is missing") != std::string::npos);
}
