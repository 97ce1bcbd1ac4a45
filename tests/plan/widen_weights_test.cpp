#include "plan/widen_weights.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

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

TEST_CASE("weights of few levels become floats by one rounding") {
  const Tensor levels = tensor(DataType::b2, Shape(2, 1, 1, 4), {0b11100100, 0b00011011});
  const float scale[] = {1.0f / 3.0f, 0.7f};
  std::vector<float> singles(8);
  const Bytes bytes = widen_to_floats(levels, scale, DataType::f32);
  REQUIRE(bytes.size() == 32);
  std::memcpy(singles.data(), bytes.data(), 32);
  CHECK(singles == std::vector<float>{-3 * scale[0], -scale[0], scale[0], 3 * scale[0], 3 * scale[1],
                                      scale[1], -scale[1], -3 * scale[1]});

  // Just above the middle of two halves, and on it once rounded to binary32: 1 and 1/1024, not 1.
  float above = (1.0f + 0x1p-11f) / 7.0f;
  while (7.0 * static_cast<double>(above) <= 1.0 + 0x1p-11)
    above = std::nextafter(above, 1.0f);
  REQUIRE(7.0f * above == 1.0f + 0x1p-11f);
  const Tensor codes = tensor(DataType::s8, Shape(1, 1, 1, 3), {7, 0xf9, 0});
  CHECK(widen_to_floats(codes, &above, DataType::f16) == Bytes{0x01, 0x3c, 0x01, 0xbc, 0, 0});
  const float smallest = 0x1p-24f;  // below the normal halves
  CHECK(widen_to_floats(codes, &smallest, DataType::f16) == Bytes{7, 0, 7, 0x80, 0, 0});
}
