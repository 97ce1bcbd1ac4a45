// The TFLite reader: a verified FlatBuffer becomes plain tensors and operators.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace bitplace {

// `name` stands for the file in errors. The bytes start at an address that operator new could have returned.
Result<TfliteModel> read_tflite(const std::string& name, ByteSpan bytes);

}  // namespace bitplace
