// Element types of PyTorch's storages, and the elements of a strided tensor.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace bitplace {

struct TorchType {
  std::string_view storage;  // "FloatStorage"
  std::string_view dtype;    // "float32"
  std::size_t bytes;
  CheckpointType type;  // of the elements, or of the codes
  bool readable;        // without knowing more than the type
  bool codes;           // integers that stand for multiples of a scale
};

// Null for names that PyTorch does not have.
const TorchType* torch_type_of_storage(std::string_view name);
const TorchType* torch_type_of_dtype(std::string_view name);

// Copies the elements of these sizes and strides in row-major order. Everything must lie inside of the
// source, and `to` have the size of all of them.
void gather_elements(const std::byte* source, std::size_t width, const std::vector<std::int64_t>& shape,
                     std::vector<std::int64_t> strides, std::vector<std::byte>* to);

void swap_bytes(std::vector<std::byte>* bytes, std::size_t width);

}  // namespace bitplace
