// The library's version and the revision of its arithmetic.
#pragma once

#define BITPLACE_VERSION_MAJOR 0
#define BITPLACE_VERSION_MINOR 1
#define BITPLACE_VERSION_PATCH 0
#define BITPLACE_VERSION_STRING "0.1.0"

namespace bitplace {

// Raised whenever a release changes the result of any float step. It is part of a model's identity, so a
// place map made by one revision refuses descriptors of another.
inline constexpr unsigned kNumericsRevision = 1;

}  // namespace bitplace
