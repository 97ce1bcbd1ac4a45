// Random small models: a chain of first layer, binary layers and pools, with every padding, stride and flip.
#pragma once

#include "graph/model_contents.h"
#include "support/random.h"

namespace bitplace::test {

// A valid deployable model whose shapes, weights and thresholds follow from `random`.
ModelContents random_model(Random& random, DescriptorType descriptor = DescriptorType::f32);

}  // namespace bitplace::test
