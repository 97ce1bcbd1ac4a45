// What each layer of a network costs in each precision, measured on this machine.
#pragma once

#include <vector>

#include "lowering/real_model.h"
#include "quantize/precision_search.h"
#include "quantize/quantized_model.h"

namespace bitplace::tools {

// Bits of a weight; bytes of weights, scales and biases in the model's file; milliseconds of the layer in a
// model that has this precision throughout, the fastest of some frames, one thread.
Result<std::vector<SearchedLayer>> measure_costs(const RealNetwork& network, const ModelMaker& make,
                                                 const ActivationRanges& ranges,
                                                 const std::vector<Precision>& choices);

}  // namespace bitplace::tools
