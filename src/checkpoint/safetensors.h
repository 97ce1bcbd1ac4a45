// The safetensors format: a JSON header and the bytes of the tensors behind it.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace bitplace {

// Whether the bytes begin like a safetensors file: a plausible header length, then "{".
bool looks_like_safetensors(ByteSpan bytes);

// `file` stands for the file in errors.
Result<TensorCheckpoint> read_safetensors(const std::string& file, ByteSpan bytes);

}  // namespace bitplace
