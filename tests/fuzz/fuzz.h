// What a fuzz target defines: the entry point that libFuzzer calls, and valid inputs to start from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds();

}  // namespace bitplace::test
