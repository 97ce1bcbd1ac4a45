// What training makes small.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "vprtrain/losses/loss_options.h"

namespace bitplace::train {

struct LossInput {
  torch::Tensor descriptors;  // batch x dimension, of length 1 each
  torch::Tensor logits;       // batch x classes; undefined unless some loss needs_logits()
  torch::Tensor places;       // batch, int64: the class of each image
  torch::Tensor positives;    // batch x batch, bool: the same place, not the image itself
  torch::Tensor negatives;    // batch x batch, bool: another place that is no neighbour either
  torch::Tensor teacher;  // batch x dimension of the teacher, of length 1; undefined unless needs_teacher()
};

class Loss {
 public:
  virtual ~Loss() = default;
  virtual std::string name() const = 0;
  virtual bool needs_logits() const { return false; }
  virtual bool needs_teacher() const { return false; }
  // A scalar that backward() can be called on, also where no pair of the batch has anything to say (then 0).
  virtual torch::Tensor value(const LossInput& input) const = 0;
};

// Losses with their weights, added up.
class WeightedLosses {
 public:
  // "multi-similarity,distillation:0.5". Names: classification, triplet, multi-similarity, distillation (of
  // the similarities within the batch), regression (of the teacher's descriptor itself). Error:
  // invalid_argument.
  static Result<WeightedLosses> parse(const std::string& text, const LossOptions& options);

  bool needs_logits() const;
  bool needs_teacher() const;

  // The weighted sum; `parts` receives each loss by name, unweighted.
  torch::Tensor value(const LossInput& input, std::vector<std::pair<std::string, double>>* parts) const;

 private:
  struct Part {
    std::unique_ptr<Loss> loss;
    double weight;
  };
  std::vector<Part> parts_;
};

// Every name that parse() takes.
std::vector<std::string> loss_names();

}  // namespace bitplace::train
