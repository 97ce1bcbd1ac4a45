#include "checkpoint/checkpoint.h"
#include "checkpoint/tflite.h"
#include "checkpoint/tflite_file.h"
#include "core/error.h"
#include "fuzz/fuzz.h"

using namespace bitplace;

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  return {to_bytes(small_tflite_file())};
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  const Result<TfliteModel> model = guarded([&] { return read_tflite("fuzz", bytes); });
  if (!model.ok()) return 0;
  // What is promised of a model that was accepted.
  const auto tensors = static_cast<std::int64_t>(model->tensors.size());
  for (const TfliteTensor& tensor : model->tensors) {
    std::size_t expected = checkpoint_type_bytes(tensor.type);
    for (const std::int64_t length : tensor.shape)
      expected *= static_cast<std::size_t>(length);
    if (!tensor.data.empty() && tensor.data.size() != expected) __builtin_trap();
    if (tensor.scale.size() != tensor.zero_point.size()) __builtin_trap();
  }
  for (const TfliteOperator& op : model->operators) {
    for (const std::int32_t index : op.inputs)
      if (index < -1 || index >= tensors) __builtin_trap();
    for (const std::int32_t index : op.outputs)
      if (index < 0 || index >= tensors) __builtin_trap();
  }
  return 0;
}
