// A first byte of 0 makes the rest the pickle of an archive, so that mutations pass the checksums of zip;
// otherwise the rest is the archive.
#include <string>

#include "checkpoint/checkpoint.h"
#include "checkpoint/torch_file.h"
#include "fuzz/check_tensors.h"
#include "fuzz/fuzz.h"

using namespace bitplace;
using namespace bitplace::test;

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  std::vector<std::vector<std::byte>> seeds;
  for (const ZipFile& file : {small_state_dict(), small_libtorch_archive(), small_whole_module(),
                              small_quantized_state(), small_frozen_archive()}) {
    std::vector<std::byte> archive = to_bytes(file);
    archive.insert(archive.begin(), std::byte{1});
    seeds.push_back(archive);
    std::vector<std::byte> inside = {std::byte{0}};
    for (const char c : file.entries[0].bytes)
      inside.push_back(static_cast<std::byte>(c));
    seeds.push_back(inside);
  }
  return seeds;
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::byte> archive;
  if (data[0] != 0) {
    for (const char c : rest)
      archive.push_back(static_cast<std::byte>(c));
  } else {
    archive = to_bytes(ZipFile()
                           .add("a/data.pkl", rest)
                           .add("a/data/0", std::string(64, '\1'))
                           .add("a/data/1", std::string(40, '\2'))
                           .add("a/data/2", std::string(40, '\0')));
  }
  const Result<Checkpoint> checkpoint = parse_checkpoint("fuzz", archive);
  if (!checkpoint.ok()) return 0;
  if (const auto* contents = std::get_if<TensorCheckpoint>(&checkpoint->contents)) check_tensors(*contents);
  return 0;
}
