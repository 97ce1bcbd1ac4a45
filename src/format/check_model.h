// What a model must fulfil beyond a deployable graph, for the writer and the reader alike.
#pragma once

#include "bitplace/result.h"
#include "graph/model_contents.h"

namespace bitplace {

inline constexpr std::size_t kMaxTensors = 16384;
inline constexpr std::size_t kMaxMetadata = 1024;

// validate_deployable; the preprocessing makes what the graph reads; tensors' unused bits are 0; all text is
// plain and bounded.
Status check_model(const ModelContents& contents);

}  // namespace bitplace
