// The float graph of a list of layers.
#pragma once

#include "networks/network_builder.h"
#include "networks/residual/layer_list.h"

namespace bitplace {

// Gives the feature map. Quantizers become what the lowering takes: signs of activations 1-bit values, with
// 1-bit weights behind them and factors of filters as a layer of their own; weights of few levels f32 with a
// "weight_scale" that makes whole numbers of them. A pair of quantizers that no graph has is an error.
ValueId build_layers(const LayerList& list, NetworkBuilder& network);

}  // namespace bitplace
