// The file of a place map (docs/map-format.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/result.h"
#include "core/arena.h"
#include "core/bytes.h"
#include "map/place_storage.h"

namespace bitplace {

inline constexpr std::array<char, 8> kMapMagic = {'\x89', 'b', 'p', 'm', 'a', 'p', '\r', '\n'};
inline constexpr std::uint16_t kMapMajorVersion = 1;
inline constexpr std::uint16_t kMapMinorVersion = 0;

// The first 128 bytes.
struct MapHeader {
  std::array<char, 8> magic = kMapMagic;
  std::uint16_t major_version = kMapMajorVersion;
  std::uint16_t minor_version = kMapMinorVersion;
  std::uint32_t header_bytes = 128;
  std::uint64_t file_bytes = 0;
  std::uint64_t places = 0;
  std::uint32_t descriptor_type = 0;
  std::uint32_t dimension = 0;
  ModelIdentity identity{};
  std::uint64_t ids_hash = 0;  // XXH3-64 of each section, without the zeros between them
  std::uint64_t descriptors_hash = 0;
  std::uint64_t norms_hash = 0;
  std::array<std::uint64_t, 5> reserved{};  // 0
  std::uint64_t header_hash = 0;            // of the bytes before it
};
static_assert(sizeof(MapHeader) == 128 && std::is_trivially_copyable_v<MapHeader>);

// Where the sections lie; it follows from the header.
struct MapLayout {
  std::uint64_t ids = 0;
  std::uint64_t ids_bytes = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t descriptors_bytes = 0;
  std::uint64_t norms = 0;
  std::uint64_t norms_bytes = 0;
  std::uint64_t file_bytes = 0;
};

// False where the sizes exceed 64 bits.
bool map_layout(const DescriptorSpec& spec, std::uint64_t places, MapLayout* layout);

std::uint64_t map_header_hash(const MapHeader& header);

// A map as it was read: `places` points into `memory`.
struct LoadedMap {
  DescriptorSpec spec;
  AlignedBuffer memory;
  PlaceBlock places;
};

// Takes the whole file's bytes and checks every one of them. Errors: corrupt, unsupported.
Result<LoadedMap> decode_map(AlignedBuffer memory, std::uint64_t file_bytes);

// Errors: io, corrupt, unsupported, out_of_memory, with the path in front.
Result<LoadedMap> load_map(const std::string& path);

// The file of the first `count` places in pieces that follow each other. They point into `storage` and to
// `header`, which is filled.
Result<std::vector<ByteSpan>> map_pieces(const DescriptorSpec& spec, const PlaceStorage& storage,
                                         std::int64_t count, MapHeader* header);

// Writes that file, whole or not at all. Errors: io, out_of_memory.
Status save_map(const std::string& path, const DescriptorSpec& spec, const PlaceStorage& storage,
                std::int64_t count);

}  // namespace bitplace
