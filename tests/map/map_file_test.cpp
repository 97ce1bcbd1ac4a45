#include "map/map_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "bitplace/place_map.h"
#include "core/file.h"
#include "core/hash.h"
#include "map/random_descriptor.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

namespace fs = std::filesystem;

constexpr DescriptorType kTypes[] = {DescriptorType::f32, DescriptorType::s8, DescriptorType::bits};

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "bitplace-map-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
};

PlaceMap random_map(const DescriptorSpec& spec, int count, Random* random) {
  PlaceMap map(spec);
  for (int i = 0; i < count; ++i) {
    const auto descriptor = random_descriptor(spec, random);
    REQUIRE(map.add(view_of(spec, descriptor), -7 * i).ok());
  }
  return map;
}

std::vector<std::byte> file_of(const PlaceMap& map) {
  const Folder folder;
  const std::string path = folder.file("map");
  REQUIRE(map.save(path.c_str()).ok());
  auto bytes = read_file(path, 1 << 26);
  REQUIRE(bytes.ok());
  return *bytes;
}

Result<LoadedMap> decode(const std::vector<std::byte>& bytes) {
  auto memory = AlignedBuffer::allocate(bytes.size());
  REQUIRE(memory.ok());
  std::copy(bytes.begin(), bytes.end(), memory->data());
  return decode_map(*std::move(memory), bytes.size());
}

// Changes the header and makes its hash match again.
template <typename Change>
Error error_of_header(std::vector<std::byte> bytes, Change change) {
  MapHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  change(header);
  header.header_hash = map_header_hash(header);
  std::memcpy(bytes.data(), &header, sizeof(header));
  const auto map = decode(bytes);
  REQUIRE_FALSE(map.ok());
  return map.error();
}

void check_same_answers(const PlaceMap& a, const PlaceMap& b, Random* random) {
  REQUIRE(a.size() == b.size());
  const auto query = random_descriptor(a.spec(), random);
  const Matches from_a = a.query(view_of(a.spec(), query), 1 << 20);
  const Matches from_b = b.query(view_of(a.spec(), query), 1 << 20);
  REQUIRE(from_a.ok());
  REQUIRE(from_a.size() == from_b.size());
  for (std::size_t i = 0; i < from_a.size(); ++i) {
    REQUIRE(from_a[i].id == from_b[i].id);
    REQUIRE(from_a[i].index == from_b[i].index);
    REQUIRE(from_a[i].score == from_b[i].score);
  }
}

}  // namespace

TEST_CASE("a saved map opens as it was and can be added to") {
  Random random;
  const Folder folder;
  const std::string path = folder.file("places.vprmap");
  for (const DescriptorType type : kTypes) {
    for (const int count : {0, 1, 100, 2000}) {
      CAPTURE(descriptor_type_name(type), count);
      PlaceMap map = random_map(spec_of(type, 201), count, &random);
      REQUIRE(map.save(path.c_str()).ok());
      auto opened = PlaceMap::open(path.c_str());
      REQUIRE(opened.ok());
      CHECK(opened->spec() == map.spec());
      check_same_answers(map, *opened, &random);
      for (int i = 0; i < 300; ++i) {
        const auto descriptor = random_descriptor(map.spec(), &random);
        REQUIRE(map.add(view_of(map.spec(), descriptor), i).ok());
        REQUIRE(opened->add(view_of(map.spec(), descriptor), i).ok());
      }
      check_same_answers(map, *opened, &random);
      CHECK(file_of(*opened) == file_of(map));
    }
  }
}

TEST_CASE("every flipped bit and every truncation of a map file is found") {
  Random random;
  for (const DescriptorType type : kTypes) {
    const auto bytes = file_of(random_map(spec_of(type, 13), 3, &random));
    REQUIRE(decode(bytes).ok());
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      auto changed = bytes;
      changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      CAPTURE(descriptor_type_name(type), bit);
      REQUIRE_FALSE(decode(changed).ok());
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      REQUIRE_FALSE(decode({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}).ok());
    }
    auto longer = bytes;
    longer.push_back(std::byte{0});
    CHECK_FALSE(decode(longer).ok());
  }
}

TEST_CASE("a file whose hashes match is still checked") {
  Random random;
  const auto bytes = file_of(random_map(spec_of(DescriptorType::s8, 16), 4, &random));
  const auto code = [&](auto change) { return error_of_header(bytes, change).code(); };
  CHECK(code([](MapHeader& header) { header.major_version = 2; }) == ErrorCode::unsupported);
  CHECK(code([](MapHeader& header) { header.places = 5; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.places = ~0ull / 8; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.dimension = 0; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.dimension = 0xffffffff; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.descriptor_type = 3; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.descriptor_type = 0x100; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.reserved[4] = 1; }) == ErrorCode::corrupt);
  CHECK(code([](MapHeader& header) { header.header_bytes = 64; }) == ErrorCode::corrupt);

  const auto with_descriptor_byte = [&](std::byte value) {
    auto changed = bytes;
    MapLayout layout;
    REQUIRE(map_layout(spec_of(DescriptorType::s8, 16), 4, &layout));
    changed[layout.descriptors + 20] = value;
    return error_of_header(changed, [&](MapHeader& header) {
      header.descriptors_hash = hash64(changed.data() + layout.descriptors, layout.descriptors_bytes);
    });
  };
  CHECK(std::string(with_descriptor_byte(std::byte{0x80}).message()) == "descriptor 1: an element is -128");
  const std::byte other = ~bytes[192 + 20] & std::byte{0x7f};
  CHECK(std::string(with_descriptor_byte(other).message()) == "norm 1: it is not the descriptor's");
}

TEST_CASE("errors of map files name the file") {
  const Folder folder;
  const std::string path = folder.file("broken.vprmap");
  const auto message = [&] {
    const auto map = PlaceMap::open(path.c_str());
    REQUIRE_FALSE(map.ok());
    return std::string(map.error().message());
  };
  CHECK(message().find(path + ": open: ") == 0);
  REQUIRE(write_file(path, {}).ok());
  CHECK(message() == path + ": header: the file is cut off");
  const std::vector<std::byte> text(500, std::byte{'x'});
  REQUIRE(write_file(path, text).ok());
  CHECK(message() == path + ": header: not a place map");
  CHECK(PlaceMap::open(nullptr).error().code() == ErrorCode::invalid_argument);
  CHECK(PlaceMap::open(folder.path.c_str()).error().code() == ErrorCode::io);
}

TEST_CASE("an opened map does not need its file") {
  Random random;
  const Folder folder;
  const std::string path = folder.file("places.vprmap");
  const PlaceMap map = random_map(spec_of(DescriptorType::bits, 4096), 500, &random);
  REQUIRE(map.save(path.c_str()).ok());
  const auto opened = PlaceMap::open(path.c_str());
  REQUIRE(opened.ok());
  fs::resize_file(path, 10);
  check_same_answers(map, *opened, &random);
}

TEST_CASE("a map that cannot be saved leaves what was there") {
  Random random;
  const Folder folder;
  const std::string path = folder.file("places.vprmap");
  const PlaceMap map = random_map(spec_of(DescriptorType::s8, 8), 5, &random);
  CHECK(map.save((folder.file("missing") + "/map").c_str()).error().code() == ErrorCode::io);
  fs::create_directory(path);
  CHECK(map.save(path.c_str()).error().code() == ErrorCode::io);
  CHECK(fs::is_directory(path));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}
