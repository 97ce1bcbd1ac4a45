#include "map/map_file.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "map/scorer.h"

namespace bitplace {
namespace {

constexpr std::uint64_t kSectionAlignment = 64;

Error corrupt(const char* where, const char* why) {
  return make_error(ErrorCode::corrupt, where, why);
}

bool align(std::uint64_t offset, std::uint64_t* aligned) {
  if (!checked_add(offset, kSectionAlignment - 1, aligned)) return false;
  *aligned -= *aligned % kSectionAlignment;
  return true;
}

DescriptorSpec spec_of(const MapHeader& header) {
  DescriptorSpec spec;
  spec.type = static_cast<DescriptorType>(std::min<std::uint32_t>(header.descriptor_type, 0xff));
  spec.dimension = static_cast<std::int32_t>(std::min<std::uint32_t>(header.dimension, 0x7fffffff));
  spec.identity = header.identity;
  return spec;
}

// What can be said before the rest of the file is read.
Result<MapLayout> check_header(const MapHeader& header, std::uint64_t file_bytes) {
  if (header.magic != kMapMagic) return corrupt("header", "not a place map");
  if (header.major_version != kMapMajorVersion) {
    return make_error(ErrorCode::unsupported, "header",
                      "version " + std::to_string(header.major_version) + ", this library reads version 1");
  }
  if (header.header_hash != map_header_hash(header)) return corrupt("header", "the hash does not match");
  const bool reserved_zero = std::all_of(header.reserved.begin(), header.reserved.end(),
                                         [](std::uint64_t word) { return word == 0; });
  if (header.header_bytes != sizeof(MapHeader) || !reserved_zero)
    return corrupt("header", "reserved fields are used");
  const DescriptorSpec spec = spec_of(header);
  if (!check_spec(spec).ok()) return corrupt("header", check_spec(spec).error().message());
  MapLayout layout;
  if (!map_layout(spec, header.places, &layout)) return corrupt("header", "more places than fit");
  if (header.file_bytes != layout.file_bytes) return corrupt("header", "sizes that contradict each other");
  if (header.file_bytes != file_bytes) return corrupt("length", "the file is cut off or has grown");
  return layout;
}

bool is_zero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

// A hash finds damage; the values are checked as well, because a file may have been made to match.
Status check_values(const DescriptorSpec& spec, const PlaceBlock& places) {
  for (std::int64_t i = 0; i < places.count; ++i) {
    const std::uint8_t* descriptor = places.descriptors + static_cast<std::size_t>(i) * spec.bytes();
    if (const char* fault = descriptor_fault(spec, descriptor)) {
      return make_error(ErrorCode::corrupt, "descriptor " + std::to_string(i), fault);
    }
    if (places.norms != nullptr && places.norms[i] != descriptor_norm(spec, descriptor)) {
      return make_error(ErrorCode::corrupt, "norm " + std::to_string(i), "it is not the descriptor's");
    }
  }
  return {};
}

// The pieces of one section, chunk by chunk.
template <typename Piece>
std::vector<ByteSpan> section_pieces(const PlaceStorage& storage, std::int64_t count, Piece piece) {
  std::vector<ByteSpan> pieces;
  storage.for_each_block(0, count, count, [&](const PlaceBlock& block) { pieces.push_back(piece(block)); });
  return pieces;
}

template <typename T>
ByteSpan bytes_of(const T* data, std::uint64_t count) {
  return std::as_bytes(std::span(data, count));
}

}  // namespace

bool map_layout(const DescriptorSpec& spec, std::uint64_t places, MapLayout* layout) {
  const std::uint64_t norm_bytes = spec.type == DescriptorType::s8 ? sizeof(float) : 0;
  layout->ids = sizeof(MapHeader);
  std::uint64_t end = 0;
  return checked_multiply(places, sizeof(std::int64_t), &layout->ids_bytes) &&
         checked_add(layout->ids, layout->ids_bytes, &end) && align(end, &layout->descriptors) &&
         checked_multiply(places, spec.bytes(), &layout->descriptors_bytes) &&
         checked_add(layout->descriptors, layout->descriptors_bytes, &end) && align(end, &layout->norms) &&
         checked_multiply(places, norm_bytes, &layout->norms_bytes) &&
         checked_add(layout->norms, layout->norms_bytes, &layout->file_bytes);
}

std::uint64_t map_header_hash(const MapHeader& header) {
  return hash64(&header, offsetof(MapHeader, header_hash));
}

Result<LoadedMap> decode_map(AlignedBuffer memory, std::uint64_t file_bytes) {
  MapHeader header;
  if (file_bytes < sizeof(header)) return corrupt("header", "the file is cut off");
  std::memcpy(&header, memory.data(), sizeof(header));
  BITPLACE_ASSIGN(layout, check_header(header, file_bytes));
  const ByteSpan file(memory.data(), file_bytes);
  const auto section = [&](std::uint64_t offset, std::uint64_t bytes) { return file.subspan(offset, bytes); };
  const auto holds = [&](ByteSpan bytes, std::uint64_t hash) {
    return hash64(bytes.data(), bytes.size()) == hash;
  };
  const ByteSpan ids = section(layout.ids, layout.ids_bytes);
  const ByteSpan descriptors = section(layout.descriptors, layout.descriptors_bytes);
  const ByteSpan norms = section(layout.norms, layout.norms_bytes);
  if (!holds(ids, header.ids_hash)) return corrupt("ids", "the hash does not match");
  if (!holds(descriptors, header.descriptors_hash)) return corrupt("descriptors", "the hash does not match");
  if (!holds(norms, header.norms_hash)) return corrupt("norms", "the hash does not match");
  const std::uint64_t ids_end = layout.ids + layout.ids_bytes;
  const std::uint64_t descriptors_end = layout.descriptors + layout.descriptors_bytes;
  if (!is_zero(section(ids_end, layout.descriptors - ids_end)) ||
      !is_zero(section(descriptors_end, layout.norms - descriptors_end))) {
    return corrupt("padding", "not zero");
  }

  LoadedMap map;
  map.spec = spec_of(header);
  map.places.count = static_cast<std::int64_t>(header.places);
  map.places.ids = reinterpret_cast<const std::int64_t*>(ids.data());
  map.places.descriptors = reinterpret_cast<const std::uint8_t*>(descriptors.data());
  if (map.spec.type == DescriptorType::s8) map.places.norms = reinterpret_cast<const float*>(norms.data());
  BITPLACE_TRY(check_values(map.spec, map.places));
  map.memory = std::move(memory);
  return map;
}

Result<LoadedMap> load_map(const std::string& path) {
  BITPLACE_ASSIGN(file, InputFile::open(path));
  const std::uint64_t bytes = file.size();
  MapHeader header;
  if (bytes < sizeof(header)) return with_context(corrupt("header", "the file is cut off"), path);
  BITPLACE_TRY(file.read(&header, sizeof(header)));
  if (auto layout = check_header(header, bytes); !layout.ok()) return with_context(layout.error(), path);
  auto memory = AlignedBuffer::allocate_uninitialized(bytes);
  if (!memory.ok()) return with_context(memory.error(), path);
  std::memcpy(memory->data(), &header, sizeof(header));
  BITPLACE_TRY(file.read(memory->data() + sizeof(header), bytes - sizeof(header)));
  Result<LoadedMap> map = decode_map(*std::move(memory), bytes);
  if (!map.ok()) return with_context(map.error(), path);
  return map;
}

Result<std::vector<ByteSpan>> map_pieces(const DescriptorSpec& spec, const PlaceStorage& storage,
                                         std::int64_t count, MapHeader* header) {
  MapLayout layout;
  if (!map_layout(spec, static_cast<std::uint64_t>(count), &layout)) {
    return make_error(ErrorCode::internal, "place map", "its size does not fit 64 bits");
  }
  const auto places = [](const PlaceBlock& block) { return static_cast<std::uint64_t>(block.count); };
  const auto ids = section_pieces(
      storage, count, [&](const PlaceBlock& block) { return bytes_of(block.ids, places(block)); });
  const auto descriptors = section_pieces(storage, count, [&](const PlaceBlock& block) {
    return bytes_of(block.descriptors, places(block) * spec.bytes());
  });
  const auto norms =
      section_pieces(storage, layout.norms_bytes > 0 ? count : 0,
                     [&](const PlaceBlock& block) { return bytes_of(block.norms, places(block)); });

  *header = {};
  header->file_bytes = layout.file_bytes;
  header->places = static_cast<std::uint64_t>(count);
  header->descriptor_type = static_cast<std::uint32_t>(spec.type);
  header->dimension = static_cast<std::uint32_t>(spec.dimension);
  header->identity = spec.identity;
  header->ids_hash = hash64(ids);
  header->descriptors_hash = hash64(descriptors);
  header->norms_hash = hash64(norms);
  header->header_hash = map_header_hash(*header);

  static constexpr std::byte kZeros[kSectionAlignment] = {};
  const auto zeros = [](std::uint64_t bytes) { return ByteSpan(kZeros, bytes); };
  std::vector<ByteSpan> pieces = {bytes_of(header, 1)};
  pieces.insert(pieces.end(), ids.begin(), ids.end());
  pieces.push_back(zeros(layout.descriptors - layout.ids - layout.ids_bytes));
  pieces.insert(pieces.end(), descriptors.begin(), descriptors.end());
  pieces.push_back(zeros(layout.norms - layout.descriptors - layout.descriptors_bytes));
  pieces.insert(pieces.end(), norms.begin(), norms.end());
  return pieces;
}

Status save_map(const std::string& path, const DescriptorSpec& spec, const PlaceStorage& storage,
                std::int64_t count) {
  MapHeader header;
  BITPLACE_ASSIGN(pieces, map_pieces(spec, storage, count, &header));
  return write_pieces(path, pieces);
}

}  // namespace bitplace
