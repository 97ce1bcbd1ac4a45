// Tensors of a PyTorch or LibTorch archive: what the pickle says about them, and their data from the
// archive's storages.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/pickle.h"
#include "checkpoint/zip_archive.h"

namespace bitplace {

class TorchTensorReader {
 public:
  // `root` is the folder inside of the archive. All of it must outlive the reader.
  TorchTensorReader(const std::string& file, const std::string& root, std::size_t file_bytes,
                    ZipArchive* archive, const Pickle* pickle);

  // Reads the optional record of the byte order.
  Status open();

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
    std::uint64_t elements;
    std::string key;
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
  Result<const std::vector<std::byte>*> load(const Storage& storage);
  Result<CheckpointTensor> rebuild(const Call& call, const std::string& name);
  Status check_bounds(const Layout& layout, std::uint64_t storage_elements, std::uint64_t* elements) const;
  Error not_as_expected(PickleId id, const char* expected) const;

  const std::string& file_;
  const std::string& root_;
  ZipArchive& archive_;
  const Pickle& pickle_;
  std::uint64_t copy_budget_;
  bool big_endian_ = false;
  std::unordered_map<std::string, std::vector<std::byte>> storages_;
};

}  // namespace bitplace
