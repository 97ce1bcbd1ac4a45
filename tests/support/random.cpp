#include "support/random.h"

#include <cstdlib>

namespace bitplace::test {

std::uint64_t seed() {
  const char* text = std::getenv("BITPLACE_TEST_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20240229u;
}

}  // namespace bitplace::test
