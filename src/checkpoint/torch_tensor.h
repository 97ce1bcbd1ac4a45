// Tensors of a PyTorch or LibTorch file: what the pickle says about them, and their elements from the file's
// storages.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/pickle.h"
#include "checkpoint/torch_storages.h"

namespace bitplace {

class TorchTensorReader {
 public:
  // Both must outlive the reader.
  TorchTensorReader(std::size_t file_bytes, TorchStorages* storages, const Pickle* pickle);

  // Whether a value stands for a tensor, be it of a readable kind or not.
  bool is_tensor(PickleId id) const;

  // ErrorCode::unsupported where the tensor may be sound but is not of a kind that is read; every other error
  // means that the file is damaged. Errors say only why.
  Result<CheckpointTensor> read(PickleId id, const std::string& name);

  // A value that is not read, in words.
  std::string describe(PickleId id) const;

 private:
  struct Storage {
    CheckpointType type;
    bool untyped;
    bool codes;              // of quantized tensors
    std::uint64_t elements;  // of the whole storage
    std::string key;
    // The part that is meant, where a storage is a view of another (legacy files).
    std::uint64_t view_offset, view_elements;
  };
  struct Layout {
    PickleId storage = kNoPickle;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
  };

  // The call that makes the tensor, behind the wrappers around it.
  struct Call {
    std::string_view function;
    PickleId arguments = kNoPickle;
  };
  Result<Call> unwrap(PickleId id) const;

  Result<Layout> read_layout(PickleId arguments) const;
  Result<std::int64_t> read_integer(PickleId id) const;
  Result<std::vector<std::int64_t>> read_integers(PickleId id) const;
  Result<Storage> read_storage(PickleId id) const;
  Result<CheckpointType> read_dtype(PickleId id) const;
  Result<ByteSpan> load(const Storage& storage);
  Status read_view(PickleId id, Storage* storage) const;
  Result<CheckpointTensor> rebuild(const Call& call, const std::string& name);
  Result<CheckpointTensor> gather(const Layout& layout, const Storage& storage, CheckpointType type,
                                  const std::string& name);
  Status spend(std::uint64_t elements, std::uint64_t width, std::uint64_t* bytes);

  // torch_quantized.cpp
  Result<CheckpointTensor> rebuild_quantized(const Call& call, const std::string& name);
  Result<CheckpointTensor> read_plain(PickleId id, const std::string& name);
  Result<double> read_number(PickleId id) const;
  Status dequantize_channels(const std::vector<PickleId>& quantizer, const CheckpointTensor& codes,
                             CheckpointTensor* to);
  Status check_bounds(const Layout& layout, std::uint64_t storage_elements, std::uint64_t* elements) const;
  Error not_as_expected(PickleId id, const char* expected) const;

  TorchStorages& storages_;
  const Pickle& pickle_;
  std::uint64_t copy_budget_;
};

}  // namespace bitplace
