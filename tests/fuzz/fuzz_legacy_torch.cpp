#include "checkpoint/torch_file.h"
#include "checkpoint/torch_legacy.h"
#include "core/error.h"
#include "fuzz/check_tensors.h"
#include "fuzz/fuzz.h"

using namespace bitplace;
using namespace bitplace::test;

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  return {to_bytes(small_legacy_file()), to_bytes(small_legacy_module())};
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  const Result<TensorCheckpoint> checkpoint = guarded([&] { return read_legacy_torch("fuzz", bytes); });
  if (checkpoint.ok()) check_tensors(*checkpoint);
  return 0;
}
