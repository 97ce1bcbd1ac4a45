// Options of TFLite operators as named integers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "core/bytes.h"

namespace bitplace::tflite {
struct Operator;
}

namespace bitplace {

// Options of a builtin operator; empty for the kinds whose options are not in the schema.
TfliteOptions builtin_options(const tflite::Operator& op);

// Options of a custom operator: a FlexBuffer map of integers. `where` names the operator in errors.
Result<TfliteOptions> flexbuffer_options(ByteSpan bytes, const std::string& where);

}  // namespace bitplace
