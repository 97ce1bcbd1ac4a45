// The numbers that losses leave open.
#pragma once

namespace bitplace::train {

struct LossOptions {
  double margin = 0.1;  // triplet: of cosines
  bool semi_hard = false;
  double alpha = 1.0;  // multi-similarity
  double beta = 50.0;
  double base = 0.0;
  double mining_margin = 0.1;
  double label_smoothing = 0.0;  // classification
  double temperature = 0.0;      // distillation: 0 compares similarities, otherwise their softmax
};

}  // namespace bitplace::train
