#include "checkpoint/checkpoint.h"
#include "checkpoint/tflite.h"
#include "checkpoint/tflite_file.h"
#include "core/error.h"
#include "fuzz/fuzz.h"
#include "networks/import_tflite.h"

using namespace bitplace;

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  return {to_bytes(small_tflite_file()), to_bytes(small_real_tflite_file())};
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_of_file) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size_of_file);
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
  // Importers accept or refuse, and what they accept is valid (they say so themselves).
  if (is_larq_model(*model)) {
    static_cast<void>(guarded([&] { return import_tflite(*model); }).ok());
  } else {
    const TfliteInputSize size{data[size_of_file - 1], 0};
    static_cast<void>(guarded([&] { return import_real_tflite(*model, size); }).ok());
  }
  return 0;
}
