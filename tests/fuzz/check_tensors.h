// What is promised of the tensors of every checkpoint that a reader accepts.
#pragma once

#include "checkpoint/checkpoint.h"

namespace bitplace::test {

inline void check_tensors(const TensorCheckpoint& checkpoint) {
  for (const CheckpointTensor& tensor : checkpoint.tensors) {
    std::size_t expected = checkpoint_type_bytes(tensor.type);
    for (const std::int64_t length : tensor.shape)
      expected *= static_cast<std::size_t>(length);
    if (tensor.data.size() != expected) __builtin_trap();
  }
}

}  // namespace bitplace::test
