// Files whose frame is sound and whose sections lie.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>

#include "format/frame.h"
#include "format/model_file.h"
#include "support/tiny_model.h"

using namespace bitplace;
using bitplace::test::Frame;

namespace {

std::size_t largest_allocation = 0;

void* allocate(std::size_t bytes) {
  largest_allocation = std::max(largest_allocation, bytes);
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

Frame tiny_frame() {
  const auto bytes = encode_model(test::tiny_model());
  REQUIRE(bytes.ok());
  return Frame(*bytes);
}

// Where `text` stands in a section, counted from the start of the file.
std::size_t find(const Frame& frame, SectionKind kind, const std::string& text) {
  const SectionEntry& entry = frame.table[static_cast<std::size_t>(kind) - 1];
  const std::string section(reinterpret_cast<const char*>(frame.bytes.data() + entry.offset), entry.bytes);
  const std::size_t found = section.find(text);
  REQUIRE(found != std::string::npos);
  return entry.offset + found;
}

std::string refusal(const std::vector<std::byte>& file, ErrorCode expected = ErrorCode::corrupt) {
  const auto contents = decode_model(file, "F");
  REQUIRE_FALSE(contents.ok());
  CHECK(contents.error().code() == expected);
  return contents.error().message();
}

std::string refusal_of(SectionKind kind, std::size_t position, const std::string& replacement,
                       ErrorCode expected = ErrorCode::corrupt) {
  Frame frame = tiny_frame();
  std::memcpy(frame.bytes.data() + position, replacement.data(), replacement.size());
  return refusal(frame.sealed_with(kind), expected);
}

}  // namespace

void* operator new(std::size_t bytes) {
  return allocate(bytes);
}
// A sanitizer brings its own of each; those that meet in one delete are replaced together.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  largest_allocation = std::max(largest_allocation, bytes);
  return std::malloc(bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

TEST_CASE("hostile numbers anywhere are refused, or change a name only, and allocate little") {
  const Frame original = tiny_frame();
  const std::uint32_t hostile[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                   0xffffffff, 0xfffffffe, 0x10000000, 65,         4097};
  int accepted = 0;
  for (const SectionEntry& entry : original.table) {
    const auto kind = static_cast<SectionKind>(entry.kind);
    if (kind == SectionKind::data) continue;
    for (std::size_t position = 0; position + 4 <= entry.bytes; ++position) {
      for (const std::uint32_t number : hostile) {
        Frame frame = original;
        std::memcpy(frame.bytes.data() + entry.offset + position, &number, sizeof number);
        const std::vector<std::byte> file = frame.sealed_with(kind);
        largest_allocation = 0;
        const auto contents = decode_model(file, "F");
        if (largest_allocation > 4 * file.size()) {
          FAIL("number " << number << " at " << position << " of " << section_name(kind) << " allocated "
                         << largest_allocation);
        }
        if (!contents.ok()) continue;
        ++accepted;
        if (model_identity(*contents) != original.header.identity) FAIL("a changed model was accepted");
      }
    }
  }
  CHECK(accepted < 3000);
}

TEST_CASE("every truncation of every section is refused") {
  const auto encoded = encode_model(test::tiny_model());
  REQUIRE(encoded.ok());
  const auto whole = open_container(*encoded);
  REQUIRE(whole.ok());
  for (std::uint32_t kind = 0; kind < kSectionKinds; ++kind) {
    for (std::size_t length = 1; length < whole->sections.bytes[kind].size(); ++length) {
      Sections<std::vector<std::byte>> sections;
      for (std::uint32_t i = 0; i < kSectionKinds; ++i) {
        const ByteSpan bytes = i == kind ? whole->sections.bytes[i].first(length) : whole->sections.bytes[i];
        sections.bytes[i].assign(bytes.begin(), bytes.end());
      }
      const auto file = build_container(sections, whole->header.numerics_revision, whole->header.identity);
      if (decode_model(file, "F").ok()) FAIL("accepted section " << kind + 1 << " cut to " << length);
    }
  }
}

TEST_CASE("operations and attributes are known by name") {
  const Frame frame = tiny_frame();
  const std::size_t op = find(frame, SectionKind::nodes, "l2_normalize");
  CHECK(refusal_of(SectionKind::nodes, op, "l3", ErrorCode::unsupported) ==
        "F: section nodes, node 3: unknown operation");
  const std::size_t stride = find(frame, SectionKind::nodes, "stride_height");
  CHECK(refusal_of(SectionKind::nodes, stride, "x") ==
        "F: section nodes, node 0: attribute 'stride_height' is missing");
  CHECK(refusal_of(SectionKind::nodes, stride, "stride_wierd").find("is missing") != std::string::npos);
  CHECK(refusal_of(SectionKind::nodes, stride + 13, "\x02").find("wrong type") != std::string::npos);
  CHECK(refusal_of(SectionKind::nodes, stride + 13, "\x09").find("type code 9") != std::string::npos);
  const std::size_t padding = find(frame, SectionKind::nodes, "valid");
  CHECK(refusal_of(SectionKind::nodes, padding, "vague").find("unknown value") != std::string::npos);
  const std::size_t role = find(frame, SectionKind::nodes, "flip");
  CHECK(refusal_of(SectionKind::nodes, role, "flop").find("has no flip") != std::string::npos);
}

TEST_CASE("an attribute too many is refused") {
  // reshape has none: give node 2 one, by name, where its count of 0 stands.
  auto contents = test::tiny_model();
  Sections<std::vector<std::byte>> sections;
  const auto encoded = encode_model(contents);
  REQUIRE(encoded.ok());
  const auto whole = open_container(*encoded);
  REQUIRE(whole.ok());
  for (std::uint32_t i = 0; i < kSectionKinds; ++i)
    sections.bytes[i].assign(whole->sections.bytes[i].begin(), whole->sections.bytes[i].end());
  std::vector<std::byte>& nodes = sections[SectionKind::nodes];
  const std::string text(reinterpret_cast<const char*>(nodes.data()), nodes.size());
  const std::size_t count = text.find("reshape") + 7 + 4 + 4 + 4;  // after one input and the output
  ByteWriter attribute;
  attribute.write_string("axis");
  attribute.write(std::uint8_t{1});
  attribute.write(std::int32_t{3});
  nodes[count] = std::byte{1};
  nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(count) + 4, attribute.bytes().begin(),
               attribute.bytes().end());
  const auto file = build_container(sections, whole->header.numerics_revision, whole->header.identity);
  CHECK(refusal(file, ErrorCode::unsupported).find("node 2: an attribute that reshape does not have") !=
        std::string::npos);
}

TEST_CASE("encodings that this version does not read are named") {
  const Frame frame = tiny_frame();
  // name, type, rank, four extents; then the encoding.
  const std::size_t encoding = find(frame, SectionKind::tensors, "conv1.weight") + 12 + 1 + 1 + 16;
  REQUIRE(frame.bytes[encoding] == std::byte{1});
  for (const char* code : {"\x02", "\x03"}) {
    CHECK(refusal_of(SectionKind::tensors, encoding, code, ErrorCode::unsupported) ==
          "F: section tensors, tensor 0: this reader knows raw tensors and bits of their type's width");
  }
  CHECK(refusal_of(SectionKind::tensors, encoding, "\x04").find("encoding code 4") != std::string::npos);
  CHECK(refusal_of(SectionKind::tensors, encoding, std::string("\0", 1), ErrorCode::unsupported).size() > 0);
  CHECK(refusal_of(SectionKind::tensors, encoding + 1, "\x02", ErrorCode::unsupported).size() > 0);
}

TEST_CASE("tensors out of place are refused") {
  const Frame frame = tiny_frame();
  const std::size_t offset = find(frame, SectionKind::tensors, "conv1.threshold") + 15 + 1 + 1 + 4 + 2;
  CHECK(refusal_of(SectionKind::tensors, offset, "\x01").find("does not follow") != std::string::npos);
  CHECK(refusal_of(SectionKind::tensors, offset, "\x80").find("does not follow") != std::string::npos);
  CHECK(refusal_of(SectionKind::tensors, offset + 8, "\x15").find("its size") != std::string::npos);
  const std::size_t extent = offset - 6;
  CHECK(refusal_of(SectionKind::tensors, extent, std::string("\0\0\0\0", 4)).find("extent 0") !=
        std::string::npos);
  CHECK(refusal_of(SectionKind::tensors, extent, "\xff\xff\xff\xff").find("extent 4294967295") !=
        std::string::npos);
}

TEST_CASE("gaps between tensors and unused bits of a row are zero") {
  const Frame frame = tiny_frame();
  const std::size_t data = frame.table[5].offset;
  CHECK(refusal_of(SectionKind::data, data + 20, "\x01").find("tensor 1: the padding") != std::string::npos);
  CHECK(refusal_of(SectionKind::data, data + 3, "\xff").find("unused bits") != std::string::npos);
}

TEST_CASE("preprocessing that this version does not know is refused") {
  const Frame frame = tiny_frame();
  const std::size_t rule = find(frame, SectionKind::preprocessing, "bilinear");
  CHECK(
      refusal_of(SectionKind::preprocessing, rule, "bicubist", ErrorCode::unsupported).find("resize rule") !=
      std::string::npos);
  const std::size_t order = find(frame, SectionKind::preprocessing, "rgb");
  CHECK(refusal_of(SectionKind::preprocessing, order, "rbg", ErrorCode::unsupported).find("channel order") !=
        std::string::npos);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::string bytes(reinterpret_cast<const char*>(&nan), sizeof nan);
  CHECK(refusal_of(SectionKind::preprocessing, order + 3, bytes).find("value scale") != std::string::npos);
  const std::size_t height = frame.table[1].offset;
  CHECK(refusal_of(SectionKind::preprocessing, height, "\x09").find("makes 1x9x8x3") != std::string::npos);
}
