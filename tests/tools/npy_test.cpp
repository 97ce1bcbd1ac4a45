#include "common/npy.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

TEST_CASE("an .npy file has the header of version 1.0 and the values after it") {
  const std::array<float, 6> values{1.0f, -2.0f, 3.5f, 0.0f, 1e-20f, 7.0f};
  const auto file = bitplace::tools::npy_file(values, 2, 3);
  REQUIRE(file.size() == 128 + sizeof(values));
  const std::string text(reinterpret_cast<const char*>(file.data()), 128);
  CHECK(text.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(static_cast<unsigned char>(text[8]) == 128 - 10);
  CHECK(static_cast<unsigned char>(text[9]) == 0);
  CHECK(text.substr(10, 59) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  CHECK(text.back() == '\n');
  CHECK(std::memcmp(file.data() + 128, values.data(), sizeof(values)) == 0);
}

TEST_CASE("the values of an .npy file begin at a multiple of 64 bytes whatever the shape") {
  for (std::size_t rows : {std::size_t{1}, std::size_t{123}, std::size_t{1234567}}) {
    const std::vector<float> values(rows, 0.5f);
    const auto file = bitplace::tools::npy_file(values, rows, 1);
    CHECK((file.size() - values.size() * sizeof(float)) % 64 == 0);
  }
}
