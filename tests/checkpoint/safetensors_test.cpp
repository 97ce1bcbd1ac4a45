#include <catch2/catch.hpp>

#include "checkpoint/checkpoint.h"
#include "core/bytes.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

namespace {

const std::string kHeader = R"({"__metadata__":{"format":"pt"},)"
                            R"("b.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[2,10]},)"
                            R"("a.flag":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]},)"
                            R"("c":{"dtype":"I8","shape":[],"data_offsets":[10,11]},)"
                            R"("d":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[11,12]},)"
                            R"("empty":{"dtype":"F16","shape":[0,3],"data_offsets":[12,12]}}  )";

std::vector<std::byte> file_of(const std::string& header, std::size_t data_bytes = 12) {
  ByteWriter writer;
  writer.write(static_cast<std::uint64_t>(header.size()));
  writer.write_bytes(header.data(), header.size());
  const std::uint8_t start[2] = {1, 0};
  const float values[2] = {1.5f, -2.0f};
  const std::uint8_t end[2] = {0xfd, 0};
  writer.write(start);
  writer.write(values);
  writer.write(end);
  std::vector<std::byte> bytes = writer.take();
  bytes.resize(8 + header.size() + data_bytes);
  return bytes;
}

std::string error_of(const std::vector<std::byte>& bytes) {
  const Result<Checkpoint> result = parse_checkpoint("w.safetensors", bytes);
  return result.ok() ? "no error" : result.error().message();
}

std::string error_after(const std::string& from, const std::string& to) {
  std::string header = kHeader;
  const std::size_t at = header.find(from);
  REQUIRE(at != std::string::npos);
  return error_of(file_of(header.replace(at, from.size(), to)));
}

}  // namespace

TEST_CASE("a safetensors file is read in the order of its data") {
  const Result<Checkpoint> checkpoint = parse_checkpoint("w.safetensors", file_of(kHeader));
  INFO(checkpoint.error().message());
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->format == "safetensors");
  const auto& contents = std::get<TensorCheckpoint>(checkpoint->contents);
  REQUIRE(contents.tensors.size() == 4);
  CHECK(contents.tensors[0].name == "a.flag");
  CHECK(contents.tensors[1].name == "b.weight");
  CHECK(contents.tensors[1].shape == std::vector<std::int64_t>{2, 1});
  CHECK(to_f32(contents.tensors[1]) == std::vector<float>{1.5f, -2.0f});
  CHECK(to_f32(contents.tensors[2]) == std::vector<float>{-3.0f});
  CHECK(contents.tensors[3].data.empty());
  REQUIRE(contents.unreadable.size() == 1);
  CHECK(contents.unreadable[0].name == "d");
  CHECK_THAT(contents.unreadable[0].reason, Contains("F8_E4M3"));
}

TEST_CASE("a contradictory safetensors header is refused with the tensor and the reason") {
  CHECK_THAT(error_after("\"a.flag\"", "\"b.weight\""), Contains("a key occurs twice"));
  CHECK_THAT(error_after("\"shape\":[2,1]", "\"shape\":[2,2]"),
             Contains("tensor \"b.weight\": 8 bytes do not match"));
  CHECK_THAT(error_after("[2,10]", "[3,10]"), Contains("leave a gap, overlap"));
  CHECK_THAT(error_after("[2,10]", "[2,9]"), Contains("leave a gap, overlap"));
  CHECK_THAT(error_after("[2,10]", "[10,2]"), Contains("leave a gap, overlap"));
  CHECK_THAT(error_after("[12,12]", "[12,99]"), Contains("point behind the end"));
  CHECK_THAT(error_after("[12,12]", "[12,18446744073709551615]"), Contains("must be integers"));
  CHECK_THAT(error_after("[2,10]", "[-2,10]"), Contains("must be integers"));
  CHECK_THAT(error_after("[2,1]", "[2,1.0]"), Contains("must be integers"));
  CHECK_THAT(error_after("[2,1]", "[4294967296,4294967296]"), Contains("size overflows"));
  CHECK_THAT(error_after("F32", "F99"), Contains("F99 does not exist"));
  CHECK_THAT(error_after("\"dtype\":\"F32\",", ""), Contains("it needs dtype"));
  CHECK_THAT(error_after("[2,10]", "[[2],10]"), Contains("nested too deeply"));
  CHECK_THAT(error_after("b.weight", "b\\u001b[2J"), Contains("printable"));
  CHECK_THAT(error_after("}}  ", "}  "), Contains("not a JSON object"));
  CHECK_THAT(error_of(file_of(kHeader, 13)), Contains("bytes follow the last tensor"));
  CHECK_THAT(error_of(file_of(std::string(100000, '['))), Contains("first bytes"));
  CHECK_THAT(error_of(file_of("{\"a\":" + std::string(100000, '[') + "}")), Contains("nested too deeply"));
}

TEST_CASE("every truncation of a safetensors file is an error") {
  const std::vector<std::byte> bytes = file_of(kHeader);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    if (error_of(part) == "no error") FAIL("accepted when cut to " << size << " bytes");
  }
}

TEST_CASE("random damage to a safetensors file is an error or a valid checkpoint, never more") {
  const std::vector<std::byte> bytes = file_of(kHeader);
  Random random;
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::byte> damaged = bytes;
    damaged[random.next() % damaged.size()] = static_cast<std::byte>(random.bits());
    refused += error_of(damaged) != "no error";
  }
  CHECK(refused > 1000);
}
