// What a training run saved, as plain data. Nothing in a checkpoint is ever executed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"
#include "core/hash.h"

namespace bitplace {

// Element types that occur in checkpoints.
enum class CheckpointType : std::uint8_t { f64, f32, f16, bf16, s64, s32, s16, s8, u8, boolean };
const char* checkpoint_type_name(CheckpointType type);
std::size_t checkpoint_type_bytes(CheckpointType type);

// A tensor in row-major order, whatever strides it was stored with.
struct CheckpointTensor {
  std::string name;  // dotted path: "conv2_bn.running_mean"
  CheckpointType type = CheckpointType::f32;
  std::vector<std::int64_t> shape;  // empty for a scalar
  std::vector<std::byte> data;
};

// Any numeric tensor as f32. f64 is rounded.
std::vector<float> to_f32(const CheckpointTensor& tensor);

// Something that is named like a tensor and that is not read: complex, sparse, or an object of unknown
// meaning. Quantized tensors are read as the real numbers that they stand for.
struct UnreadableTensor {
  std::string name;
  std::string reason;
};

// PyTorch, LibTorch and safetensors files: named tensors in file order.
struct TensorCheckpoint {
  std::vector<CheckpointTensor> tensors;
  std::vector<UnreadableTensor> unreadable;
  // Texts beside the tensors of a LibTorch or TorchScript archive's root, by name: what the program that
  // wrote it says about them.
  std::vector<std::pair<std::string, std::string>> settings;
};

// The text of this name, or null.
const std::string* find_setting(const TensorCheckpoint& checkpoint, std::string_view name);

// A TFLite model: its operators are the network.
struct TfliteTensor {
  std::string name;
  CheckpointType type = CheckpointType::f32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;  // empty where the tensor is computed at run time
  // value = scale * (stored - zero_point): one pair for the whole tensor, or one for each index of the
  // quantized dimension; empty for tensors that are not quantized, which those of real numbers are not.
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::int32_t quantized_dimension = 0;
};

// Any numeric tensor as the real numbers that it stands for: those of f32, or of codes with their scale.
std::vector<float> to_f32(const TfliteTensor& tensor);

// Options under the names of TFLite's own schema, or of a custom operator's FlexBuffer map:
// "padding" (SAME 0, VALID 1), "stride_h", "stride_w", "filter_width", "fused_activation_function", ...
using TfliteOptions = std::vector<std::pair<std::string, std::int64_t>>;

struct TfliteOperator {
  std::string name;  // "CONV_2D", "MAX_POOL_2D", "MUL", "ADD", or a custom name such as "LceBconv2d"
  std::vector<std::int32_t> inputs;  // indices into tensors; -1 where an optional input is absent
  std::vector<std::int32_t> outputs;
  TfliteOptions options;
};

struct TfliteModel {
  std::vector<TfliteTensor> tensors;
  std::vector<TfliteOperator> operators;  // in execution order
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
};

struct Checkpoint {
  std::string path;
  // "LibTorch archive", "TorchScript archive", "TorchScript archive (frozen)", "PyTorch zip",
  // "PyTorch legacy stream", "safetensors", "TFLite"
  std::string format;
  std::uint64_t file_bytes = 0;
  Hash128 file_hash{};
  std::variant<TensorCheckpoint, TfliteModel> contents;
};

// Recognises the container by its first bytes and reads it. Errors name the file, the place and the reason.
Result<Checkpoint> read_checkpoint(const std::string& path);

// The same for bytes in memory; `name` stands for the file in errors.
Result<Checkpoint> parse_checkpoint(const std::string& name, ByteSpan bytes);

}  // namespace bitplace
