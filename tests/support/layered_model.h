// Models of quantized and of float layers: every operation that such networks are made of, in one chain with
// a branch and a gate.
#pragma once

#include "graph/model_contents.h"
#include "support/random.h"

namespace bitplace::test {

// Weights of 8, 4, 2 and 1 bits on 8-bit codes; integers up to the descriptor's normalisation.
ModelContents quantized_model(Random& random);

// The same in f32 or f16, with every kind of activation and weights of 8, 4, 2 and 1 bits among the floats.
ModelContents float_model(Random& random, DataType type);

// Binary convolutions between sums of real values, as residual networks have them: no float is rounded in an
// order that an instruction set chooses.
ModelContents binary_model(Random& random);

}  // namespace bitplace::test
