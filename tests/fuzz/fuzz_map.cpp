// Place map files. Length and hashes are made to match first, so that what lies behind them is reached.
#include <cstring>

#include "core/hash.h"
#include "fuzz/fuzz.h"
#include "map/map_file.h"
#include "map/scorer.h"

using namespace bitplace;

namespace {

void seal(std::byte* data, std::size_t size) {
  MapHeader header;
  if (size < sizeof(header)) return;
  std::memcpy(&header, data, sizeof(header));
  DescriptorSpec spec;
  spec.type = static_cast<DescriptorType>(header.descriptor_type & 3);
  spec.dimension = static_cast<std::int32_t>(header.dimension & 0xffffff);
  MapLayout layout;
  if (map_layout(spec, header.places, &layout) && layout.file_bytes == size) {
    header.file_bytes = size;
    header.ids_hash = hash64(data + layout.ids, layout.ids_bytes);
    header.descriptors_hash = hash64(data + layout.descriptors, layout.descriptors_bytes);
    header.norms_hash = hash64(data + layout.norms, layout.norms_bytes);
  }
  header.header_hash = map_header_hash(header);
  std::memcpy(data, &header, sizeof(header));
}

}  // namespace

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  std::vector<std::vector<std::byte>> seeds;
  for (const DescriptorType type : {DescriptorType::f32, DescriptorType::s8, DescriptorType::bits}) {
    DescriptorSpec spec;
    spec.type = type;
    spec.dimension = 7;
    PlaceStorage storage(spec.bytes(), type == DescriptorType::s8);
    const std::vector<std::uint8_t> descriptor(spec.bytes(), 5);
    bool stored = true;
    for (int i = 0; i < 3; ++i) {
      const float norm = descriptor_norm(spec, descriptor.data());
      stored = stored && storage.append(descriptor.data(), i, norm).ok();
    }
    MapHeader header;
    const Result<std::vector<ByteSpan>> pieces = map_pieces(spec, storage, 3, &header);
    if (!stored || !pieces.ok()) return {};
    seeds.emplace_back();
    for (const ByteSpan piece : *pieces)
      seeds.back().insert(seeds.back().end(), piece.begin(), piece.end());
  }
  return seeds;
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Result<AlignedBuffer> memory = AlignedBuffer::allocate(size);
  if (!memory.ok()) return 0;
  if (size > 0) std::memcpy(memory->data(), data, size);
  seal(memory->data(), size);
  const Result<LoadedMap> map = decode_map(*std::move(memory), size);
  if (!map.ok()) return 0;
  // What is promised of a map that was accepted.
  for (std::int64_t i = 0; i < map->places.count; ++i) {
    const std::uint8_t* descriptor =
        map->places.descriptors + static_cast<std::size_t>(i) * map->spec.bytes();
    if (descriptor_fault(map->spec, descriptor) != nullptr) __builtin_trap();
    if (map->spec.type == DescriptorType::s8 && !(map->places.norms[i] >= 0.0f)) __builtin_trap();
  }
  return 0;
}
