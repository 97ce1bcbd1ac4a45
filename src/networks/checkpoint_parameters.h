// A network's parameters from a checkpoint. All that is wrong with the names is said at once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "networks/named_tensors.h"
#include "networks/parameter_source.h"

namespace bitplace {

class CheckpointParameters : public ParameterSource {
 public:
  explicit CheckpointParameters(NamedTensors& tensors) : tensors_(tensors) {}

  // Whatever is wrong with a parameter is kept for check(); the network is built of zeros meanwhile.
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override;

  // After building: what is missing, or else the first parameter that is unfit. It says more than the error
  // that building may have ended with.
  Status check() const;
  // After a network was built: what belongs to no part of it. Parameters whose names begin with one of
  // `dropped` may be there.
  Status check_surplus(const std::string& network, std::span<const char* const> dropped) const;
  // How many were there of each of `dropped`, for people: "layer4 (38), fc (2)"; empty for none.
  std::string list_dropped(std::span<const char* const> dropped) const;

 private:
  NamedTensors& tensors_;
  std::optional<Error> unfit_;
};

}  // namespace bitplace
