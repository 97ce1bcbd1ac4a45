#include <charconv>
#include <cmath>

#include "core/error.h"
#include "vprtrain/losses/losses.h"

namespace bitplace::train {
namespace {

struct NamedLoss {
  const char* name;
  std::unique_ptr<Loss> (*make)(const LossOptions& options);
};

constexpr NamedLoss kLosses[] = {
    {"classification", [](const LossOptions& o) { return make_classification(o.label_smoothing); }},
    {"triplet", [](const LossOptions& o) { return make_triplet(o.margin, o.semi_hard); }},
    {"multi-similarity",
     [](const LossOptions& o) { return make_multi_similarity(o.alpha, o.beta, o.base, o.mining_margin); }},
    {"distillation", [](const LossOptions& o) { return make_distillation(o.temperature); }},
    {"regression", [](const LossOptions&) { return make_regression(); }},
};

Error bad_loss(std::string_view word, const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "loss", "'" + std::string(word) + "' " + why);
}

Result<std::unique_ptr<Loss>> make_loss(std::string_view name, const LossOptions& options) {
  std::string known;
  for (const NamedLoss& loss : kLosses) {
    if (name == loss.name) return loss.make(options);
    known += std::string(known.empty() ? "" : ", ") + loss.name;
  }
  return bad_loss(name, "is unknown; there are " + known);
}

Result<double> parse_weight(std::string_view word, std::size_t colon) {
  if (colon == std::string_view::npos) return 1.0;
  const std::string_view text = word.substr(colon + 1);
  double weight = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(weight) || weight <= 0.0) {
    return bad_loss(word, "has no positive weight behind its colon");
  }
  return weight;
}

Status check_options(const LossOptions& options) {
  if (options.alpha > 0.0 && options.beta > 0.0 && options.temperature >= 0.0 &&
      options.label_smoothing >= 0.0 && options.label_smoothing <= 1.0) {
    return {};
  }
  return make_error(
      ErrorCode::invalid_argument, "loss",
      "alpha and beta must be positive, the temperature not negative, and the smoothing of labels "
      "from 0 to 1");
}

}  // namespace

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const NamedLoss& loss : kLosses)
    names.emplace_back(loss.name);
  return names;
}

Result<WeightedLosses> WeightedLosses::parse(const std::string& text, const LossOptions& options) {
  BITPLACE_TRY(check_options(options));
  WeightedLosses losses;
  std::string_view rest = text;
  while (true) {
    const std::size_t length = std::min(rest.find(','), rest.size());
    const std::string_view word = rest.substr(0, length);
    const std::size_t colon = word.find(':');
    BITPLACE_ASSIGN(loss, make_loss(word.substr(0, colon), options));
    BITPLACE_ASSIGN(weight, parse_weight(word, colon));
    losses.parts_.push_back({std::move(loss), weight});
    if (length == rest.size()) return losses;
    rest.remove_prefix(length + 1);
  }
}

bool WeightedLosses::needs_logits() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.loss->needs_logits(); });
}

bool WeightedLosses::needs_teacher() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.loss->needs_teacher(); });
}

torch::Tensor WeightedLosses::value(const LossInput& input,
                                    std::vector<std::pair<std::string, double>>* parts) const {
  torch::Tensor sum;
  parts->clear();
  for (const Part& part : parts_) {
    const torch::Tensor value = part.loss->value(input);
    parts->emplace_back(part.loss->name(), value.item<double>());
    sum = sum.defined() ? sum + part.weight * value : part.weight * value;
  }
  return sum;
}

}  // namespace bitplace::train
