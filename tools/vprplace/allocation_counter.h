// Counts every allocation of the process, whoever makes it.
#pragma once

#include <cstdint>
#include <optional>

namespace bitplace::tools {

// Allocations since the start; nothing where this build cannot count them (another C library, a sanitizer).
std::optional<std::int64_t> allocation_count();

}  // namespace bitplace::tools
