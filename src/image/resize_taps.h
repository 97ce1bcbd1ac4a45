// Where an output index falls in the source, and with which weights: the roundings of OpenCV.
#pragma once

namespace bitplace {

// Between source indices first and first + 1; weights in 1/2048.
struct Tap {
  int first;
  int first_weight;
  int second_weight;
};

// One of an image's two directions.
class Axis {
 public:
  Axis(int source, int target);

  // At the border OpenCV drops a column's fraction, so that its first index is inside the source. It keeps a
  // row's, whose indices are clamped where they are used: both taps may fall on the same row, and the two
  // truncated products do not always sum to what one would give.
  Tap bilinear_column(int index) const;
  Tap bilinear_row(int index) const;

  int nearest(int index) const;

 private:
  float position(int index) const;

  int source_;
  double scale_;
};

}  // namespace bitplace
