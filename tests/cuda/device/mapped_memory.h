// Memory that the host and the GPU read and write at the same addresses.
#pragma once

#include <cstddef>

namespace bitplace::test {

// Null where there is no GPU, or no more of it. Aligned to at least 256, and for 4096 bytes or more to 4096.
void* take_mapped(std::size_t bytes);
bool is_mapped(const void* memory);
void give_mapped(void* memory);

}  // namespace bitplace::test
