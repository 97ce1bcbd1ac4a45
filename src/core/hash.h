// XXH3: one hash for file sections (64 bits) and identities (128 bits). It finds damage, not forgery.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/bytes.h"

namespace bitplace {

std::uint64_t hash64(const void* data, std::size_t bytes);
// Of pieces that follow each other.
std::uint64_t hash64(std::span<const ByteSpan> pieces);

using Hash128 = std::array<std::uint8_t, 16>;  // canonical (big-endian) form, as xxh128sum prints it
Hash128 hash128(const void* data, std::size_t bytes);

std::string to_hex(const Hash128& hash);

}  // namespace bitplace
