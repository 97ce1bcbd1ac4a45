// A checkpoint's tensors by name, with account of what was used.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"

namespace bitplace {

class NamedTensors {
 public:
  // Wrappers put the same prefix in front of every name ("module.", "_orig_mod.", "model.", "net."): those
  // are taken off.
  explicit NamedTensors(const TensorCheckpoint& checkpoint);

  bool contains(const std::string& name) const { return find(name) != nullptr; }
  const std::string& stripped_prefix() const { return prefix_; }

  // Marks a name as wanted. All that are wanted and absent are named together by check_complete().
  void want(const std::string& name);
  Status check_complete() const;

  // Numbers of a float tensor with exactly this shape, all finite.
  Result<std::vector<float>> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;

  // Names that nobody wanted, in file order.
  std::vector<std::string> unwanted() const;

 private:
  const CheckpointTensor* find(const std::string& name) const;

  const TensorCheckpoint& checkpoint_;
  std::string prefix_;
  std::set<std::string> wanted_;
};

// "a, b, c" of at most a dozen names, then how many more.
std::string list_names(const std::vector<std::string>& names);

}  // namespace bitplace
