// Real-valued networks for load_network.
#pragma once

#include "networks/load_network.h"

namespace bitplace {

struct Backbone;

// The network that options.network names, or null where that is empty or the name of another kind.
const Backbone* chosen_backbone(const NetworkOptions& options);

// Null where these parameters belong to no real-valued network and none is asked for.
Result<std::optional<LoadedNetwork>> load_backbone(const TensorCheckpoint& tensors,
                                                   const NetworkOptions& options);

Result<LoadedNetwork> random_backbone(const Backbone& backbone, std::uint64_t seed,
                                      const NetworkOptions& options);

// RGB, pixel / 255, normalised as ImageNet is.
Preprocessing image_net_preprocessing(std::int64_t height, std::int64_t width);

}  // namespace bitplace
