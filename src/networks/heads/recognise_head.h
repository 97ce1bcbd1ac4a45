// Which head a checkpoint's parameters belong to, by names and shapes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "networks/heads/head.h"
#include "networks/named_tensors.h"

namespace bitplace {

// Where vectors are brought to length 1 around a global pooling that a linear layer follows.
enum class PoolNorm : std::uint8_t { before, after, none };
bool pool_norm_from_name(std::string_view name, PoolNorm* norm);

// What the user says about the head; names and shapes do not hold all of it.
struct HeadRequest {
  std::string name;                        // empty: recognise it
  std::string usual = "flatten";           // where there is nothing to recognise
  std::optional<float> gem_p = {};         // instead of the learned one
  std::optional<PoolNorm> pool_norm = {};  // of pooling in front of a linear layer
  std::optional<std::int32_t> grid = {};   // cells of ConvAP along each axis
};

struct RecognisedHead {
  HeadSpec spec;
  std::vector<std::string> notes;  // what the checkpoint does not hold and was assumed
};

// Nothing where the checkpoint has no parameters of a head. Errors: parameters of a head that is known and
// not supported; something that only the user can say.
Result<std::optional<RecognisedHead>> recognise_head(const NamedTensors& tensors, const HeadRequest& request);

// The head that was asked for, or else the recognised one, or else flatten. Errors: an unknown name, or one
// that contradicts the parameters, which are named; a setting that the head does not have.
Result<RecognisedHead> choose_head(const NamedTensors& tensors, const HeadRequest& request);

// The channels that the parameters ask of the features; nothing where they do not say.
std::optional<std::int64_t> required_channels(const NamedTensors& tensors, const HeadSpec& head);

// A head of the usual size for features of so many channels and pixels, none of whose parameters was learned.
Result<HeadSpec> untrained_head(const HeadRequest& request, std::int64_t channels, std::int64_t positions);

}  // namespace bitplace
