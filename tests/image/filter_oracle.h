// The rules that filter, from their formulas in docs/preprocessing.md: whole rows of binary64 weights and
// whole images between the directions, nothing shared with the library.
#pragma once

#include <vector>

#include "bitplace/image.h"
#include "graph/model_contents.h"

namespace bitplace::test {

// Pillow's rules: the bytes. Order: rows of pixels, then channels.
std::vector<int> pillow_oracle(const Preprocessing& rules, const ImageView& image);

// The tensor rules: what is rounded to bytes in the end.
std::vector<double> tensor_oracle(const Preprocessing& rules, const ImageView& image);

}  // namespace bitplace::test
