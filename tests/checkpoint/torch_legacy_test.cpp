#include <catch2/catch.hpp>

#include "checkpoint/checkpoint.h"
#include "checkpoint/torch_file.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

namespace {

std::string error_of(const std::vector<std::byte>& bytes) {
  const Result<Checkpoint> result = parse_checkpoint("net.pth", bytes);
  return result.ok() ? "no error" : result.error().message();
}

std::string error_of(const LegacyFile& file) {
  return error_of(to_bytes(file));
}

TensorCheckpoint tensors_of(const LegacyFile& file) {
  const Result<Checkpoint> result = parse_checkpoint("net.pth", to_bytes(file));
  INFO(result.error().message());
  REQUIRE(result.ok());
  CHECK(result->format == "PyTorch legacy stream");
  return std::get<TensorCheckpoint>(result->contents);
}

// A file of one f32 tensor [2] whose storage "7" of 4 elements is described as a view.
LegacyFile view_of(const PickleWriter& view) {
  PickleWriter pickle;
  pickle.raw("}").text("w").global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
  pickle.global("torch", "FloatStorage").text("7").text("cpu").integer(4);
  pickle.raw(view.finish().substr(2, view.finish().size() - 3)).raw("tQ");
  pickle.integer(1).integers({2}).integers({1}).raw("\x89").ordered_dict().raw("tRs");
  return LegacyFile{legacy_preamble(), pickle.finish(), {}}.add<float>("7", {1, 2, 3, 4});
}

PickleWriter view(std::int64_t offset, std::int64_t elements) {
  return PickleWriter().raw("(").text("8").integer(offset).integer(elements).raw("t");
}

}  // namespace

TEST_CASE("a legacy file's tensors are read with their strides, tied ones twice") {
  const TensorCheckpoint checkpoint = tensors_of(small_legacy_file());
  REQUIRE(checkpoint.tensors.size() == 3);
  CHECK(checkpoint.tensors[0].name == "w");
  CHECK(to_f32(checkpoint.tensors[0]) == std::vector<float>{1, 3, 2, 4});
  CHECK(to_f32(checkpoint.tensors[1]) == std::vector<float>{-6});
  CHECK(checkpoint.tensors[2].name == "again");
  CHECK(checkpoint.tensors[2].data == checkpoint.tensors[1].data);
}

TEST_CASE("a legacy module is walked by its class's persistent name") {
  const TensorCheckpoint checkpoint = tensors_of(small_legacy_module());
  REQUIRE(checkpoint.tensors.size() == 1);
  CHECK(checkpoint.tensors[0].name == "scale");
  CHECK(to_f32(checkpoint.tensors[0]) == std::vector<float>{2.5f});
  // The same of a class that is no module names the class.
  LegacyFile odd = small_legacy_module();
  odd.pickle.replace(odd.pickle.find("_parameters"), 11, "_perimeters");
  odd.pickle.replace(odd.pickle.find("_modules"), 8, "_nodules");
  CHECK_THAT(error_of(odd), Contains("an object of research.net.Net"));
}

TEST_CASE("a view takes its part of the storage") {
  CHECK(to_f32(tensors_of(view_of(PickleWriter().raw("N"))).tensors.at(0)) == std::vector<float>{2, 3});
  CHECK(to_f32(tensors_of(view_of(view(1, 3))).tensors.at(0)) == std::vector<float>{3, 4});
  CHECK_THAT(error_of(view_of(view(1, 2))), Contains("reaches to element 2 of a storage of 2"));
  CHECK_THAT(error_of(view_of(view(2, 3))), Contains("its view leaves the storage"));
  CHECK_THAT(error_of(view_of(view(5, 0))), Contains("its view leaves the storage"));
  CHECK_THAT(error_of(view_of(view(-1, 3))), Contains("its view leaves the storage"));
  CHECK_THAT(error_of(view_of(view(1, -1))), Contains("its view leaves the storage"));
  CHECK_THAT(error_of(view_of(PickleWriter().raw("(").integer(1).raw("t"))), Contains("malformed"));
}

TEST_CASE("other machines, versions and numbers are refused") {
  LegacyFile file = small_legacy_file();
  file.preamble = legacy_preamble(1001, false);
  CHECK_THAT(error_of(file), Contains("net.pth: system") && Contains("big-endian"));
  file.preamble = legacy_preamble(1002);
  CHECK_THAT(error_of(file), Contains("only 1001"));
  file.preamble = legacy_preamble();
  file.preamble[2] = '\x8b';  // LONG4, so that another number follows
  CHECK_THAT(error_of(file), Contains("magic number"));
  file = small_legacy_file();
  file.preamble.replace(file.preamble.find("little_endian"), 13, "middle_endian");
  CHECK_THAT(error_of(file), Contains("byte order"));
}

TEST_CASE("storages that contradict the tensors are refused") {
  LegacyFile unknown = small_legacy_file();
  unknown.add<float>("8", {1});
  CHECK_THAT(error_of(unknown), Contains("storage 8 is of no tensor"));
  LegacyFile twice = small_legacy_file();
  twice.add<float>("7", {1});
  CHECK_THAT(error_of(twice), Contains("storage 7 occurs twice"));
  LegacyFile missing = small_legacy_file();
  missing.storages.pop_back();
  CHECK_THAT(error_of(missing), Contains("its storage 94 is not in the file"));
  LegacyFile small = small_legacy_file();
  small.storages[0].second = storage_bytes<std::uint64_t>({3}) + std::string(12, '\0');
  CHECK_THAT(error_of(small), Contains("its storage holds 12 bytes, not 4 elements of 4"));
  for (const std::uint64_t count : {std::uint64_t{1} << 62, std::uint64_t{1} << 40, std::uint64_t{7}}) {
    LegacyFile large = small_legacy_file();
    large.storages[1].second.replace(0, 8, storage_bytes<std::uint64_t>({count}));
    CHECK_THAT(error_of(large), Contains("storage 94 reaches behind the end"));
  }
  std::vector<std::byte> longer = to_bytes(small_legacy_file());
  longer.push_back(std::byte{0});
  CHECK_THAT(error_of(longer), Contains("bytes follow"));
}

TEST_CASE("a legacy file without tensors says what it holds instead") {
  LegacyFile file{legacy_preamble(), PickleWriter().raw("}").text("epoch").integer(1).raw("s").finish(), {}};
  CHECK_THAT(error_of(file), Contains("its keys are \"epoch\""));
}

TEST_CASE("every truncation of a legacy file is an error") {
  for (const LegacyFile& file : {small_legacy_file(), small_legacy_module()}) {
    const std::vector<std::byte> bytes = to_bytes(file);
    REQUIRE(error_of(bytes) == "no error");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      if (error_of(part) == "no error") FAIL("accepted when cut to " << size << " bytes");
    }
  }
}

TEST_CASE("random damage to a legacy file is an error or a valid checkpoint, never more") {
  Random random;
  int refused = 0;
  for (const LegacyFile& file : {small_legacy_file(), small_legacy_module()}) {
    const std::vector<std::byte> bytes = to_bytes(file);
    for (int i = 0; i < 5000; ++i) {
      std::vector<std::byte> damaged = bytes;
      for (std::int64_t flips = random.integer(1, 3); flips > 0; --flips)
        damaged[random.next() % damaged.size()] = static_cast<std::byte>(random.bits());
      refused += error_of(damaged) != "no error";
    }
  }
  CHECK(refused > 5000);
}
