// The losses by name, for WeightedLosses and tests.
#pragma once

#include <memory>

#include "vprtrain/losses/loss.h"

namespace bitplace::train {

// Cross entropy of the logits, mean over the batch.
std::unique_ptr<Loss> make_classification(double label_smoothing);

// Similarities s are cosines. Mean over the triplets of max(0, margin - s(anchor, positive) + s(anchor,
// negative)), zeros included.
//   batch-hard  one triplet for each anchor: its least similar positive, its most similar negative
//   semi-hard   one for each pair of anchor and positive: the most similar negative among those that are less
//               similar than the positive, or where there is none the least similar of all
std::unique_ptr<Loss> make_triplet(double margin, bool semi_hard);

// Wang et al. 2019. Per anchor, mined pairs only:
//   log(1 + sum over positives of exp(-alpha (s - base))) / alpha
//     + log(1 + sum over negatives of exp(beta (s - base))) / beta,     mean over all anchors of the batch
// A negative is mined where s > min over positives - mining_margin, a positive where s < max over negatives +
// mining_margin; an anchor that lacks either contributes 0.
std::unique_ptr<Loss> make_multi_similarity(double alpha, double beta, double base, double mining_margin);

// The teacher's similarities within the batch, pairs of different images only. Temperature 0: mean squared
// difference. Otherwise T^2 times the mean over images of the Kullback-Leibler divergence from the teacher's
// softmax(s / T) to the student's.
std::unique_ptr<Loss> make_distillation(double temperature);

// Mean of 1 - cosine between descriptor and teacher's descriptor, which have the same dimension.
std::unique_ptr<Loss> make_regression();

// Which pairs the multi-similarity loss takes, batch x batch, bool.
struct MinedPairs {
  torch::Tensor positives;
  torch::Tensor negatives;
};
MinedPairs mine_pairs(const torch::Tensor& similarities, const LossInput& input, double mining_margin);

}  // namespace bitplace::train
