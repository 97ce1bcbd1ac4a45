#include <catch2/catch.hpp>
#include <string>

#include "bitplace/model.h"
#include "format/model_file.h"
#include "support/tiny_model.h"

using namespace bitplace;

namespace {

std::vector<std::byte> tiny_file() {
  const auto bytes = encode_model(test::tiny_model());
  REQUIRE(bytes.ok());
  return *bytes;
}

}  // namespace

TEST_CASE("every truncation is an error") {
  const std::vector<std::byte> file = tiny_file();
  for (std::size_t length = 0; length < file.size(); ++length) {
    // A copy of exactly this size, so that a sanitizer sees a read past its end.
    const std::vector<std::byte> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    if (Model::from_memory(cut.data(), cut.size()).ok()) FAIL("accepted the first " << length << " bytes");
  }
}

TEST_CASE("bytes after the end are an error") {
  std::vector<std::byte> file = tiny_file();
  for (int i = 0; i < 130; ++i) {
    file.push_back(std::byte{0});
    if (Model::from_memory(file.data(), file.size()).ok()) FAIL("accepted " << i + 1 << " bytes too many");
  }
}

TEST_CASE("every flip of one bit is an error") {
  std::vector<std::byte> file = tiny_file();
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      file[i] ^= std::byte{1} << bit;
      if (Model::from_memory(file.data(), file.size()).ok()) FAIL("accepted bit " << bit << " of byte " << i);
      file[i] ^= std::byte{1} << bit;
    }
  }
  CHECK(Model::from_memory(file.data(), file.size()).ok());
}
