#include "vprtrain/training_module.h"

#include <torch/script.h>
#include <torch/torch.h>

#include "core/error.h"
#include "vprtrain/losses/losses.h"
#include "vprtrain/teachers/teacher.h"

namespace bitplace::test {
namespace {

torch::Tensor matrix(const std::vector<double>& values, std::size_t rows) {
  const auto height = static_cast<std::int64_t>(rows);
  return torch::tensor(values, torch::kFloat64)
      .view({height, static_cast<std::int64_t>(values.size()) / height});
}

torch::Tensor mask(const std::vector<std::uint8_t>& values, std::size_t rows) {
  const auto side = static_cast<std::int64_t>(rows);
  return torch::tensor(values).view({side, side}).to(torch::kBool);
}

template <typename T>
std::vector<T> values_of(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.to(c10::CppTypeToScalarType<T>::value).contiguous();
  return {plain.data_ptr<T>(), plain.data_ptr<T>() + plain.numel()};
}

train::LossInput input_of(const LossCase& from) {
  const std::size_t size = from.places.size();
  train::LossInput input;
  input.places = torch::tensor(from.places);
  input.positives = mask(from.positives, size);
  input.negatives = mask(from.negatives, size);
  input.descriptors = matrix(from.descriptors, size).requires_grad_();
  if (!from.logits.empty()) input.logits = matrix(from.logits, size).requires_grad_();
  if (!from.teacher.empty()) input.teacher = matrix(from.teacher, size);
  return input;
}

}  // namespace

Result<LossOutcome> evaluate_loss(const std::string& loss, const train::LossOptions& options,
                                  const LossCase& from) {
  return guarded([&]() -> Result<LossOutcome> {
    BITPLACE_ASSIGN(losses, train::WeightedLosses::parse(loss, options));
    const train::LossInput input = input_of(from);
    LossOutcome outcome;
    outcome.needs_logits = losses.needs_logits();
    outcome.needs_teacher = losses.needs_teacher();
    const torch::Tensor value = losses.value(input, &outcome.parts);
    value.backward();
    outcome.value = value.item<double>();
    if (input.descriptors.grad().defined())
      outcome.descriptor_gradient = values_of<double>(input.descriptors.grad());
    if (input.logits.defined() && input.logits.grad().defined())
      outcome.logit_gradient = values_of<double>(input.logits.grad());
    return outcome;
  });
}

MinedMasks mine(const std::vector<double>& similarities, const LossCase& from, double mining_margin) {
  const std::size_t size = from.places.size();
  const train::MinedPairs mined =
      train::mine_pairs(matrix(similarities, size), input_of(from), mining_margin);
  return {values_of<std::uint8_t>(mined.positives), values_of<std::uint8_t>(mined.negatives)};
}

Result<std::vector<TeacherRows>> teach(const std::string& path, const std::string& script, bool augmented,
                                       const std::vector<const train::Batch*>& batches,
                                       const train::ImageFormat& format) {
  return guarded([&]() -> Result<std::vector<TeacherRows>> {
    if (!script.empty()) {
      torch::jit::Module module("teacher");
      module.define(script);
      module.save(path);
    }
    train::TeacherOptions options;
    options.path = path;
    options.augmented = augmented;
    BITPLACE_ASSIGN(teacher, train::Teacher::open(options));
    std::vector<TeacherRows> result;
    for (const train::Batch* batch : batches) {
      BITPLACE_ASSIGN(rows, teacher.describe(*batch, format));
      result.push_back({rows.size(1), values_of<float>(rows)});
    }
    return result;
  });
}

}  // namespace bitplace::test
