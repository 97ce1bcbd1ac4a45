// A checkpoint's tensors by name, with account of what was used.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"

namespace bitplace {

class NamedTensors {
 public:
  // Wrappers put the same prefix in front of every name ("module.", "_orig_mod.", "model.", ...): those
  // are taken off.
  explicit NamedTensors(const TensorCheckpoint& checkpoint);

  // Gives every tensor the name that `new_name` makes of its present one. Errors then say both.
  void rename(const std::function<std::string(const std::string&)>& new_name);

  bool contains(const std::string& name) const { return find(name) != nullptr; }
  const std::string& stripped_prefix() const { return prefix_; }

  // Marks a name as wanted. All that are wanted and absent are named together by check_complete().
  void want(const std::string& name);
  Status check_complete() const;

  // Numbers of a float tensor with exactly this shape, all finite.
  Result<std::vector<float>> floats(const std::string& name, const std::vector<std::int64_t>& shape) const;

  // Names that nobody wanted, in file order.
  std::vector<std::string> unwanted() const;

  // All names, in file order, and a name's shape, empty where there is no such tensor.
  const std::vector<std::string>& names() const { return names_; }
  std::vector<std::int64_t> shape(const std::string& name) const;

 private:
  const CheckpointTensor* find(const std::string& name) const;
  void index_names();

  const TensorCheckpoint& checkpoint_;
  std::string prefix_;
  std::vector<std::string> names_;  // of the checkpoint's tensors, as they are asked for
  std::map<std::string, const CheckpointTensor*> by_name_;
  std::map<std::string, const UnreadableTensor*> unreadable_;
  std::set<std::string> wanted_;
};

// "a, b, c" of at most a dozen names, then how many more.
std::string list_names(const std::vector<std::string>& names);

}  // namespace bitplace
