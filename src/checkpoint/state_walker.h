// Finds the named tensors in what a checkpoint's pickle holds.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/pickle.h"
#include "checkpoint/torch_tensor.h"

namespace bitplace {

class StateWalker {
 public:
  // All of it must outlive the walker.
  StateWalker(const std::string& file, const Pickle* pickle, TorchTensorReader* tensors)
      : file_(file), pickle_(*pickle), tensors_(*tensors) {}

  // `prefix` begins every name.
  Result<TensorCheckpoint> walk(const std::string& prefix = "");

  // Texts that the root of a TorchScript archive has as attributes. Other modules have texts too: long ones,
  // and more than a few, are none that say anything about the tensors, and are left out.
  std::vector<std::pair<std::string, std::string>> read_settings() const;

  // Why no tensor was found.
  Error nothing_found(const TensorCheckpoint& contents) const;

 private:
  using Pairs = std::vector<std::pair<PickleId, PickleId>>;

  PickleId find_state() const;
  PickleId find_inside(PickleId id, std::size_t keys) const;
  Status visit_root(const std::string& prefix);
  std::string outline() const;
  bool may_hold_tensors(PickleId id) const;
  // What a dictionary or an object like one maps; false for other values.
  bool read_pairs(PickleId id, Pairs* pairs) const;
  PickleId find(const Pairs& pairs, std::string_view key) const;
  PickleId unwrap_torchscript(PickleId id) const;

  Status visit(PickleId id, const std::string& name, int depth);
  Status visit_tensor(PickleId id, const std::string& name);
  Status visit_pairs(const Pairs& pairs, const std::string& prefix, int depth,
                     const std::unordered_set<std::string_view>& except = {});
  Status visit_list(PickleId id, const std::string& prefix, int depth);
  Status visit_object(PickleId id, const std::string& prefix, int depth);
  Status visit_module(const Pairs& state, const std::string& prefix, int depth);
  std::unordered_set<std::string_view> read_names(PickleId id) const;
  Status spend(std::size_t values);
  Error corrupt(const std::string& name, std::string_view why) const;

  const std::string& file_;
  const Pickle& pickle_;
  TorchTensorReader& tensors_;
  TensorCheckpoint found_;
  std::unordered_set<std::string> names_;
  std::size_t visits_left_ = 4'000'000;
};

}  // namespace bitplace
