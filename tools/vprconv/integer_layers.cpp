#include "vprconv/integer_layers.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace::tools {
namespace {

constexpr double kRounding = 1e-9;  // far above binary64's error, far below what one accumulator changes

const Node* find_convolution(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.op == Op::convolution && node.name == name) return &node;
  return nullptr;
}

// The sign or the levels that a convolution's input comes from, perhaps through pools and other shapes.
const Node* rounding_before(const Graph& trained, const Node& convolution) {
  const Node* node = writer(trained, convolution.inputs[0]);
  while (node != nullptr && (node->op == Op::max_pool || node->op == Op::reshape))
    node = writer(trained, node->inputs[0]);
  return node != nullptr && (node->op == Op::sign || node->op == Op::levels) ? node : nullptr;
}

std::string type_of(const Node& rounding) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  return levels == nullptr ? "bits" : "codes 0 to " + std::to_string(static_cast<int>(levels->high));
}

// A bit as -1 or 1, or the code of a level.
double integer_of(const Node& rounding, double number) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  if (levels == nullptr) return number;
  return std::nearbyint((number - static_cast<double>(levels->base)) / static_cast<double>(levels->step));
}

double number_of(const Node& rounding, double integer) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  if (levels == nullptr) return integer;
  const float level = static_cast<float>(integer) * levels->step;
  return static_cast<double>(level + levels->base);
}

double root_mean_square(const std::vector<double>& numbers) {
  double sum = 0.0;
  for (const double x : numbers)
    sum += x * x;
  return std::sqrt(sum / static_cast<double>(numbers.size()));
}

// How far a number would have to move to become this integer.
double distance_to_turn(const Node& rounding, double x, double integer, double size) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  if (levels == nullptr) return size > 0.0 ? std::fabs(x) / size : 0.0;
  const double position = x * static_cast<double>(levels->scale) + static_cast<double>(levels->offset);
  return std::fabs(position - integer) - 0.5;
}

bool is_tie(const Node& rounding, double x) {
  const auto* levels = std::get_if<LevelsAttributes>(&rounding.attributes);
  if (levels == nullptr) return std::fabs(x) < kRounding;
  const double position = x * static_cast<double>(levels->scale) + static_cast<double>(levels->offset);
  const bool inside = position > 0.0 && position < static_cast<double>(levels->high);
  return inside && std::fabs(position - std::floor(position) - 0.5) < kRounding;
}

bool is_clamped(const Graph& trained, const Node& rounding) {
  const Node* node = writer(trained, rounding.inputs[0]);
  const auto* a = node != nullptr ? std::get_if<ActivationAttributes>(&node->attributes) : nullptr;
  return a != nullptr && (a->kind == ActivationKind::relu || a->kind == ActivationKind::relu6);
}

}  // namespace

Result<IntegerLayers> IntegerLayers::create(const Graph& trained, const ModelContents& model) {
  IntegerLayers layers;
  for (const Node& node : trained.nodes) {
    const Node* rounding = node.op == Op::convolution ? rounding_before(trained, node) : nullptr;
    const Node* same = rounding != nullptr ? find_convolution(model.graph, node.name) : nullptr;
    if (same == nullptr) continue;
    const DataType type = value_at(model.graph, same->inputs[0]).type;
    if (type != DataType::b1 && type != DataType::s8 && type != DataType::u8) continue;
    layers.pairs_.push_back({{node.name, type_of(*rounding)},
                             rounding,
                             is_clamped(trained, *rounding),
                             node.inputs[0],
                             same->inputs[0]});
  }
  if (layers.pairs_.empty()) return layers;
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  layers.runner_.push_back(std::move(runner));
  return layers;
}

Status IntegerLayers::run(const ImageView& image) {
  if (runner_.empty()) return {};
  return runner_.front().run(image, [&](ValueId value, const float* found, std::int64_t count) -> Status {
    for (Pair& pair : pairs_)
      if (pair.in_model == value) pair.found.assign(found, found + count);
    return {};
  });
}

bool IntegerLayers::compare(const EvaluatedValues& expected) {
  bool differing = false;
  for (Pair& pair : pairs_) {
    const std::vector<double>& wanted = expected[static_cast<std::size_t>(pair.trained)];
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const bool differs = integer_of(*pair.rounding, wanted[i]) != static_cast<double>(pair.found[i]);
      pair.agreement.differing += differs ? 1 : 0;
      differing = differing || differs;
    }
    pair.agreement.compared += static_cast<std::int64_t>(wanted.size());
    for (const double x : expected[static_cast<std::size_t>(pair.rounding->inputs[0])])
      pair.agreement.ties += !(pair.clamped && x == 0.0) && is_tie(*pair.rounding, x) ? 1 : 0;
  }
  return differing;
}

void IntegerLayers::lead(ValueId value, EvaluatedValues& values) {
  for (Pair& pair : pairs_) {
    // What is pooled behind a sign has no number of its own to be judged by.
    if (pair.trained != value || pair.rounding->output != value) continue;
    const std::vector<double>& numbers = values[static_cast<std::size_t>(pair.rounding->inputs[0])];
    std::vector<double>& rounded = values[static_cast<std::size_t>(value)];
    const double size = root_mean_square(numbers);
    for (std::size_t i = 0; i < rounded.size(); ++i) {
      const double found = static_cast<double>(pair.found[i]);
      if (integer_of(*pair.rounding, rounded[i]) == found) continue;
      ++pair.agreement.turned;
      pair.agreement.farthest =
          std::max(pair.agreement.farthest, distance_to_turn(*pair.rounding, numbers[i], found, size));
      rounded[i] = number_of(*pair.rounding, found);
    }
  }
}

std::vector<LayerAgreement> IntegerLayers::layers() const {
  std::vector<LayerAgreement> found;
  for (const Pair& pair : pairs_)
    found.push_back(pair.agreement);
  return found;
}

}  // namespace bitplace::tools
