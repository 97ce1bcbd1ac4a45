#include "quantize/precision.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <span>

#include "core/file.h"
#include "float_network.h"

using namespace bitplace;
using Catch::Matchers::Contains;

namespace {

// A file that is gone afterwards.
class MapFile {
 public:
  explicit MapFile(const std::string& text) {
    REQUIRE(write_file(path_, std::as_bytes(std::span(text))).ok());
  }
  MapFile(const MapFile&) = delete;
  MapFile& operator=(const MapFile&) = delete;
  ~MapFile() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() /
                       ("bitplace_precision_" + std::to_string(test::Random(test::seed()).next()) + ".json"))
                          .string();
};

Graph network() {
  test::Random random;
  return test::inverted_residuals(random, 6.0f, 1.0f);
}

void check_error(const std::string& text, const std::string& why) {
  INFO(text);
  const MapFile file(text);
  const Result<PrecisionMap> map = read_precision_map(file.path(), network());
  REQUIRE_FALSE(map.ok());
  CHECK_THAT(map.error().message(), Contains(file.path()) && Contains(why));
}

}  // namespace

TEST_CASE("precisions have names and widths") {
  const std::pair<const char*, int> known[] = {{"fp32", 32}, {"fp32-ordered", 32}, {"fp16", 16},
                                               {"int8", 8},  {"w4a8", 4},          {"w4a4", 4}};
  for (const auto& [name, bits] : known) {
    Precision precision{};
    REQUIRE(precision_from_name(name, &precision));
    CHECK(std::string(precision_name(precision)) == name);
    CHECK(weight_bits(precision) == bits);
    CHECK(is_integer(precision) == (bits <= 8));
  }
  Precision precision{};
  CHECK_FALSE(precision_from_name("int4", &precision));
}

TEST_CASE("the layers with a precision are the convolutions, in order") {
  CHECK(weighted_layers(network()) ==
        std::vector<std::string>{"stem", "depthwise", "project", "expand", "depthwise2", "project2"});
}

TEST_CASE("a precision map is read as it was written") {
  PrecisionMap map;
  map.otherwise = Precision::w4a8;
  map.layers = {{"stem", Precision::fp16}, {"project2", Precision::int8}};
  map.unsigned_codes = true;
  const MapFile file("");
  REQUIRE(write_precision_map(file.path(), map).ok());
  const Result<PrecisionMap> read = read_precision_map(file.path(), network());
  REQUIRE(read.ok());
  CHECK(read->otherwise == map.otherwise);
  CHECK(read->layers == map.layers);
  CHECK(read->unsigned_codes);
  CHECK(read->of("stem") == Precision::fp16);
  CHECK(read->of("expand") == Precision::w4a8);
}

TEST_CASE("a map that names no layers holds for all, one without a default leaves the others fp32") {
  const MapFile uniform(R"({"default": "int8"})");
  CHECK(read_precision_map(uniform.path(), network())->of("stem") == Precision::int8);
  CHECK_FALSE(read_precision_map(uniform.path(), network())->unsigned_codes);
  const MapFile single(R"({"layers": {"stem": "w4a4"}})");
  CHECK(read_precision_map(single.path(), network())->of("stem") == Precision::w4a4);
  CHECK(read_precision_map(single.path(), network())->of("expand") == Precision::fp32);
}

TEST_CASE("a precision map that says something else is refused with the place and the reason") {
  check_error("", "JSON");
  check_error("{\"default\": \"int8\"", "JSON");
  check_error("[]", "no JSON object");
  check_error(R"({"default": "int9"})", "'int9'");
  check_error(R"({"default": 8})", "default");
  check_error(R"({"defaults": "int8"})", "'defaults'");
  check_error(R"({"layers": ["stem"]})", "layers");
  check_error(R"({"unsigned_codes": 1})", "unsigned_codes");
  check_error(R"({"layers": {"stem": null}})", "'stem'");
  check_error(R"({"layers": {"root": "int8"}})", "'root'");
  check_error(R"({"layers": {"sum": "int8"}})", "'sum'");
  check_error(R"({"default": "int8", "default": "fp16"})", "'default': is there twice");
  check_error(R"({"layers": {"stem": "int8", "stem": "int8"}})", "'stem': is there twice");
  const Result<PrecisionMap> missing = read_precision_map("/no/such/map.json", network());
  CHECK(missing.error().code() == ErrorCode::io);
}
