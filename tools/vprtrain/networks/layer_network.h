// A network made of a list of layers (src/networks/residual/layer_list.h): the same list that conversion
// builds its graph of.
#pragma once

#include <memory>

#include "networks/residual/layer_list.h"
#include "vprtrain/networks/feature_network.h"

namespace bitplace::train {

// Parameters have the layers' names; the classifier behind the map's mean is `fc`. Initial weights are
// Glorot's where they are quantized and He's elsewhere.
std::shared_ptr<FeatureNetwork> make_layer_network(const LayerList& list, std::int64_t classes);

}  // namespace bitplace::train
