// Where an output index falls in the source, and with which weights: the roundings of OpenCV.
#pragma once

namespace bitplace {

// Between source indices first and first + 1; weights in 1/2048.
struct Tap {
  int first;
  int first_weight;
  int second_weight;
};

// At the border OpenCV drops a column's fraction, so that its first index is inside the source. It keeps a
// row's, whose indices are clamped where they are used: both taps may fall on the same row, and the two
// truncated products do not always sum to what one would give.
Tap bilinear_column(int index, int source, int target);
Tap bilinear_row(int index, int source, int target);

int nearest_index(int index, int source, int target);

}  // namespace bitplace
