// Zip archives that PyTorch and LibTorch save: state dictionaries, training checkpoints, whole modules,
// TorchScript.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"

namespace bitplace {

struct TorchArchive {
  std::string format;  // for Checkpoint::format
  TensorCheckpoint contents;
};

// `file` stands for the file in errors.
Result<TorchArchive> read_torch_archive(const std::string& file, ByteSpan bytes);

}  // namespace bitplace
