// The benchmarks of each file, registered from main() once the shapes are known.
#pragma once

#include <string>
#include <vector>

#include "bench/shapes.h"

namespace bitplace::bench {

void register_convolutions(const std::vector<ConvolutionShape>& shapes);
void register_distances();
void register_elementwise();
void register_heads();
void register_images();

}  // namespace bitplace::bench
