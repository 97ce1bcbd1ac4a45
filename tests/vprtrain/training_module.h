// Losses and teachers, computed by LibTorch. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "vprtrain/data/batch_loader.h"
#include "vprtrain/losses/loss_options.h"

namespace bitplace::test {

// A batch in binary64, row by row.
struct LossCase {
  std::vector<double> descriptors;
  std::vector<double> logits;  // may be empty, as may the teacher's
  std::vector<double> teacher;
  std::vector<std::int64_t> places;
  std::vector<std::uint8_t> positives;
  std::vector<std::uint8_t> negatives;
};

struct LossOutcome {
  double value = 0.0;
  std::vector<std::pair<std::string, double>> parts;
  std::vector<double> descriptor_gradient;
  std::vector<double> logit_gradient;
  bool needs_logits = false;
  bool needs_teacher = false;
};

Result<LossOutcome> evaluate_loss(const std::string& loss, const train::LossOptions& options,
                                  const LossCase& input);

struct MinedMasks {
  std::vector<std::uint8_t> positives;
  std::vector<std::uint8_t> negatives;
};
// `similarities` stand in for those of the case's descriptors.
MinedMasks mine(const std::vector<double>& similarities, const LossCase& input, double mining_margin);

struct TeacherRows {
  std::int64_t dimension = 0;
  std::vector<float> values;
};

// What a teacher says about the batches, one after another; `script` is the source of a TorchScript module's
// forward(), which is saved at `path` first, or empty.
Result<std::vector<TeacherRows>> teach(const std::string& path, const std::string& script, bool augmented,
                                       const std::vector<const train::Batch*>& batches,
                                       const train::ImageFormat& format);

}  // namespace bitplace::test
