// One file per released format version, which every later version must load with the same identity.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "bitplace/model.h"
#include "core/file.h"
#include "core/hash.h"
#include "format/model_file.h"
#include "support/tiny_model.h"

using namespace bitplace;

namespace {

std::string released(const char* version) {
  return std::string(BITPLACE_TEST_FILES) + "/tiny_" + version + ".vpr";
}

const std::string kNewest = released("1.3");

}  // namespace

TEST_CASE("the files of all versions load with their identity") {
  for (const char* version : {"1.0", "1.1", "1.2", "1.3"}) {
    CAPTURE(version);
    const auto model = Model::open(released(version).c_str());
    INFO(model.error().message());
    REQUIRE(model.ok());
    CHECK(model->network() == "tiny");
    CHECK(model->descriptor_spec().dimension == 36);
    CHECK(to_hex(model_identity(model->contents(), 1)) == "d8f7980aa9ed5734b97dfbfad95e5718");
  }
}

// Where this fails by intention, the format has changed: raise its minor or major version, keep the old file
// and its test, and write a new one.
TEST_CASE("the writer still writes the file of the newest version, byte for byte") {
  const auto committed = read_file(kNewest, 1 << 20);
  REQUIRE(committed.ok());
  const auto written = encode_model(test::tiny_model());
  REQUIRE(written.ok());
  CHECK(*written == *committed);
}

// Run by name, once per format version: test_format "write the file of the newest version".
TEST_CASE("write the file of the newest version", "[.]") {
  REQUIRE(::access(kNewest.c_str(), F_OK) != 0);  // a released file never changes
  REQUIRE(write_model(kNewest, test::tiny_model()).ok());
}
