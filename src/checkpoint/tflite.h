// The TFLite reader: a verified FlatBuffer becomes plain tensors and operators.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace bitplace {

// `name` stands for the file in errors.
Result<TfliteModel> read_tflite(const std::string& name, ByteSpan bytes);

}  // namespace bitplace
