#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

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

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

// Replaces every occurrence: names stand in the local headers and in the directory.
std::vector<std::byte> replaced(const ZipFile& file, const std::string& from, const std::string& to) {
  std::string text = text_of(to_bytes(file));
  REQUIRE(from.size() == to.size());
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return bytes_of(text);
}

// Overwrites four bytes at an offset in the directory record of an entry.
std::vector<std::byte> patched_directory(const ZipFile& file, const std::string& name, std::size_t offset,
                                         std::uint32_t value) {
  std::string text = text_of(to_bytes(file));
  const std::size_t at = text.rfind(name) - 46 + offset;
  for (std::size_t i = 0; i < 4; ++i)
    text[at + i] = static_cast<char>(value >> (8 * i));
  return bytes_of(text);
}

}  // namespace

TEST_CASE("names that repeat or leave the archive are refused") {
  CHECK_THAT(error_of(replaced(small_state_dict(), "net/data/1", "net/data/0")), Contains("already exists"));
  CHECK_THAT(error_of(replaced(small_state_dict(), "net/version", "../etc/pass")),
             Contains("points upwards"));
  CHECK_THAT(error_of(replaced(small_state_dict(), "net/version", "net/../vers")),
             Contains("points upwards"));
  CHECK_THAT(error_of(replaced(small_state_dict(), "net/version", "/etc/passwd")), Contains("absolute"));
  CHECK_THAT(error_of(replaced(small_state_dict(), "net/version", "C:\\net\\vers")), Contains("absolute"));
  CHECK(error_of(replaced(small_state_dict(), "net/version", "net/vers..n")) == "no error");
}

TEST_CASE("exactly one pickle in the first folder is the checkpoint") {
  ZipFile file = small_state_dict();
  CHECK_THAT(error_of(replaced(file, "net/data.pkl", "net/other.kl")), Contains("without a data.pkl"));
  CHECK_THAT(error_of(to_bytes(ZipFile(file).add("more/data.pkl", "N."))),
             Contains("more than one data.pkl"));
  CHECK(error_of(to_bytes(ZipFile(file).add("net/deeper/data.pkl", "N."))) == "no error");
  CHECK_THAT(error_of(to_bytes(ZipFile().add("README", "hello"))), Contains("nothing that PyTorch"));
}

TEST_CASE("a directory that lies about sizes is refused") {
  constexpr std::size_t kStoredSize = 20;
  constexpr std::size_t kSize = 24;
  const ZipFile file = small_state_dict();
  for (const std::uint32_t size : {0u, 23u, 25u, 1000u, 0xfffffffeu}) {
    CHECK(error_of(patched_directory(file, "net/data/0", kSize, size)) != "no error");
    CHECK(error_of(patched_directory(file, "net/data/0", kStoredSize, size)) != "no error");
  }
}

TEST_CASE("damaged data are found by their checksum") {
  std::string text = text_of(to_bytes(small_state_dict()));
  const std::string storage = storage_bytes<float>({1, 2, 3, -4, 5, 6});
  text[text.find(storage) + 3] ^= 1;
  CHECK_THAT(error_of(bytes_of(text)), Contains("net/data/0"));
}

TEST_CASE("compressed archives are read, zip bombs are not") {
  ZipFile file = small_state_dict();
  for (ZipFile::Entry& entry : file.entries)
    entry.compressed = true;
  CHECK(error_of(to_bytes(file)) == "no error");
  // 200 MB of zeros in 200 kB.
  const ZipFile bomb = ZipFile(small_state_dict()).add("net/data/2", std::string(200'000'000, '\0'), true);
  const std::vector<std::byte> bytes = to_bytes(bomb);
  REQUIRE(bytes.size() < 1'000'000);
  CHECK_THAT(error_of(bytes), Contains("it would inflate"));
}

TEST_CASE("what a pickle would execute is not executed") {
  const std::string victim = (std::filesystem::temp_directory_path() / "bitplace-executed").string();
  std::filesystem::remove(victim);
  for (const std::string module : {"os", "posix", "nt", "subprocess", "builtins"}) {
    PickleWriter pickle;
    pickle.raw("}(").text("w").tensor("FloatStorage", "0", 1, 0, {1}, {1});
    pickle.text("harm").global(module, "system").text("touch " + victim).raw("\x85Ru");
    const ZipFile file = ZipFile().add("a/data.pkl", pickle.finish()).add("a/data/0", std::string(4, '\0'));
    const Result<Checkpoint> result = parse_checkpoint("net.pth", to_bytes(file));
    REQUIRE(result.ok());
    const auto& contents = std::get<TensorCheckpoint>(result->contents);
    REQUIRE(contents.unreadable.size() == 1);
    CHECK_THAT(contents.unreadable[0].reason, Contains(module + ".system"));
    CHECK_FALSE(std::filesystem::exists(victim));
  }
}

TEST_CASE("deep nesting ends in an error") {
  const auto nested = [](int levels) {
    PickleWriter pickle;
    for (int i = 0; i < levels; ++i)
      pickle.raw("}").text("a");
    pickle.tensor("FloatStorage", "0", 1, 0, {1}, {1});
    for (int i = 0; i < levels; ++i)
      pickle.raw("s");
    return error_of(
        to_bytes(ZipFile().add("a/data.pkl", pickle.finish()).add("a/data/0", std::string(4, '\0'))));
  };
  CHECK(nested(200) == "no error");
  CHECK_THAT(nested(300), Contains("nested too deeply"));
  CHECK_THAT(nested(100000), Contains("nested too deeply"));
}

TEST_CASE("every truncation of an archive is an error") {
  for (const ZipFile& file : {small_state_dict(), small_libtorch_archive(), small_whole_module(),
                              small_quantized_state(), small_frozen_archive()}) {
    const std::vector<std::byte> bytes = to_bytes(file);
    REQUIRE(error_of(bytes) == "no error");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      if (error_of(part) == "no error")
        FAIL("accepted when cut to " << size << " of " << bytes.size() << " bytes");
    }
  }
}

TEST_CASE("every truncation of the pickle inside of a sound archive is an error") {
  const std::string whole = small_whole_module().entries[0].bytes;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ZipFile file = small_whole_module();
    file.entries[0].bytes = whole.substr(0, size);
    if (error_of(to_bytes(file)) == "no error") FAIL("accepted when cut to " << size << " bytes");
  }
}

TEST_CASE("random damage to an archive or its pickle is an error or a valid checkpoint, never more") {
  Random random;
  const auto damage = [&](auto* text) {
    for (std::int64_t flips = random.integer(1, 3); flips > 0; --flips) {
      auto& byte = (*text)[random.next() % text->size()];
      byte = static_cast<std::remove_reference_t<decltype(byte)>>(random.bits());
    }
  };
  int refused = 0;
  for (const ZipFile& file : {small_state_dict(), small_libtorch_archive(), small_whole_module()}) {
    const std::vector<std::byte> bytes = to_bytes(file);
    for (int i = 0; i < 1500; ++i) {
      std::vector<std::byte> damaged = bytes;
      damage(&damaged);
      refused += error_of(damaged) != "no error";
      ZipFile inside = file;
      damage(&inside.entries[0].bytes);
      refused += error_of(to_bytes(inside)) != "no error";
    }
  }
  CHECK(refused > 2000);
}
