// docs/format.md shows bytes of a file: they are those of the file.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "core/file.h"

TEST_CASE("the bytes in docs/format.md are those of the file") {
  const auto file = bitplace::read_file(std::string(BITPLACE_TEST_FILES) + "/tiny_1.0.vpr", 1 << 20);
  REQUIRE(file.ok());
  std::ifstream document(std::string(BITPLACE_TEST_FILES) + "/../../../docs/format.md");
  std::string line;
  int compared = 0;
  // "  0040  01 00 00 00  note"
  while (std::getline(document, line)) {
    if (line.rfind("  0", 0) != 0 || line.size() < 56) continue;
    std::size_t position = std::stoul(line.substr(2, 4), nullptr, 16);
    std::istringstream bytes(line.substr(8, 47));
    for (std::string byte; bytes >> byte; ++position, ++compared) {
      INFO(line);
      REQUIRE(position < file->size());
      CHECK(std::to_integer<unsigned long>((*file)[position]) == std::stoul(byte, nullptr, 16));
    }
  }
  CHECK(compared > 400);
}
