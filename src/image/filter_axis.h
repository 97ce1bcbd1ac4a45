// Which source pixels an output pixel is made of, and with which weights: the rules that filter
// (docs/preprocessing.md defines them). Weights are made tap by tap, so that no table of them is needed.
#pragma once

#include <cstdint>

#include "graph/model_contents.h"

namespace bitplace {

// Whether a rule is one of these.
bool filters(ResizeRule rule);

// Half the width of a rule's filter in source pixels, before antialiasing widens it: 1 or 2.
int filter_support(ResizeRule rule);
bool antialiases(ResizeRule rule);
// Bytes are made after each direction, as Pillow does. Otherwise only after the second.
bool rounds_twice(ResizeRule rule);

// The taps of one output pixel: source pixels first to first + count - 1.
struct FilterWindow {
  int first;
  int count;
  double centre;
  double total;  // of the filter's values
};

// One of an image's two directions.
class FilterAxis {
 public:
  FilterAxis(ResizeRule rule, int source, int target);

  FilterWindow window(int index) const;

  // Of tap `tap` of the window, in units of 2^-bits.
  std::int32_t weight(const FilterWindow& window, int tap) const;

  // 22 for a rule that rounds twice. For the others what lets every weight fit 16 bits, at most 18: the more
  // pixels share the sum, the finer.
  int bits() const { return bits_; }

  // The most taps that a window of such an axis has.
  static int most_taps(ResizeRule rule, int source, int target);

 private:
  double filter(double distance) const;
  double value(const FilterWindow& window, int tap) const;
  FilterWindow clamped_window(int index) const;
  FilterWindow widened_window(int index) const;

  ResizeRule rule_;
  int source_;
  double scale_;
  double widening_;  // of the filter
  double narrowing_;
  int bits_;
};

}  // namespace bitplace
