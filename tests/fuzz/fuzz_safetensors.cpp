#include <cstring>
#include <string>

#include "checkpoint/safetensors.h"
#include "core/error.h"
#include "fuzz/check_tensors.h"
#include "fuzz/fuzz.h"

using namespace bitplace;
using namespace bitplace::test;

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  const auto file = [](const std::string& header, std::size_t data) {
    std::vector<std::byte> bytes(8 + header.size() + data);
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, sizeof length);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
  };
  return {file(R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", 8),
          file(R"({"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
               R"("h":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]},)"
               R"("e":{"dtype":"F8_E4M3","shape":[0,4],"data_offsets":[14,14]}}  )",
               14)};
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  const Result<TensorCheckpoint> checkpoint = guarded([&] { return read_safetensors("fuzz", bytes); });
  if (checkpoint.ok()) check_tensors(*checkpoint);
  return 0;
}
