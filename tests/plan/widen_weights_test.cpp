#include "plan/widen_weights.h"

#include <catch2/catch.hpp>

using namespace bitplace;

namespace {

Tensor tensor(DataType type, const Shape& shape, std::initializer_list<int> bytes) {
  Tensor result = {"weight", type, shape, {}};
  for (const int byte : bytes)
    result.data.push_back(static_cast<std::byte>(byte));
  REQUIRE(result.data.size() == dense_bytes(type, shape));
  return result;
}

using Bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("signs become +1 and -1, row by row") {
  const Tensor signs = tensor(DataType::b1, Shape(2, 1, 1, 3), {0b101, 0b010});
  CHECK(widen_weights(signs, DataType::s8) == Bytes{0xff, 1, 0xff, 1, 0xff, 1});
  CHECK(widen_weights(signs, DataType::s4) == Bytes{0x1f, 0x0f, 0xf1, 0x01});
}

TEST_CASE("two bits become DoReFa's levels in thirds") {
  const Tensor levels = tensor(DataType::b2, Shape(1, 1, 1, 5), {0b11100100, 0b01});
  CHECK(widen_weights(levels, DataType::s8) == Bytes{0xfd, 0xff, 1, 3, 0xff});
  CHECK(widen_weights(levels, DataType::s4) == Bytes{0xfd, 0x31, 0x0f});
}

TEST_CASE("four bits become eight with their sign") {
  const Tensor nibbles = tensor(DataType::s4, Shape(1, 1, 1, 3), {0x79, 0x0f});
  CHECK(widen_weights(nibbles, DataType::s8) == Bytes{0xf9, 7, 0xff});
}
