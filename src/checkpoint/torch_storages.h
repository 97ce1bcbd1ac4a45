// Where the elements of a PyTorch file's tensors lie.
#pragma once

#include <string>

#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

class TorchStorages {
 public:
  virtual ~TorchStorages() = default;

  // The bytes of the storage of this key; valid as long as the object is. Errors say only why.
  virtual Result<ByteSpan> load(const std::string& key) = 0;
  virtual bool big_endian() const { return false; }
};

}  // namespace bitplace
