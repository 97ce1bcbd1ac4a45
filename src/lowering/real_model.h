// A real-valued network as a model, in any mix of precisions.
#pragma once

#include <string>

#include "bitplace/result.h"
#include "graph/model_contents.h"
#include "lowering/lower.h"
#include "quantize/quantized_model.h"

namespace bitplace {

struct RealNetwork {
  std::string name;
  Graph graph;                  // fold_real's
  Preprocessing preprocessing;  // as an f32 input
};

// The largest magnitude that the preprocessing can make of a grey level.
float largest_input(const Preprocessing& preprocessing);

// Lowers the graph and lets the preprocessing make what its first layer reads; for codes, the scale follows
// from the preprocessing, not from `options.ranges`, and where that only divides, they are the image itself,
// u8. Metadata stays empty.
Result<ModelContents> make_real_model(const RealNetwork& network, const RealLoweringOptions& options);

// The same without a precision map and ranges: f32 throughout, with an L2-normalised f32 descriptor.
Result<ModelContents> make_float_model(const RealNetwork& network);

// Makes models of other graphs of the network, such as equalised ones, for what tries precisions and ranges
// out.
ModelMaker real_model_maker(const RealNetwork& network);

// An fp32 model as the network that it was made of: its graph up to the features. A model with anything but
// f32 in it is an error.
Result<RealNetwork> real_network_of(const ModelContents& model);

}  // namespace bitplace
