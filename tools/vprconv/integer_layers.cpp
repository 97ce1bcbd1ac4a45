#include "vprconv/integer_layers.h"

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

Status IntegerLayers::add(const ImageView& image, const EvaluatedValues& expected) {
  if (runner_.empty()) return {};
  return runner_.front().run(image, [&](ValueId value, const float* found, std::int64_t) -> Status {
    for (Pair& pair : pairs_)
      if (pair.in_model == value) compare(pair, expected, found);
    return {};
  });
}

void IntegerLayers::compare(Pair& pair, const EvaluatedValues& expected, const float* found) const {
  const std::vector<double>& wanted = expected[static_cast<std::size_t>(pair.trained)];
  for (std::size_t i = 0; i < wanted.size(); ++i)
    pair.agreement.differing +=
        integer_of(*pair.rounding, wanted[i]) != static_cast<double>(found[i]) ? 1 : 0;
  pair.agreement.compared += static_cast<std::int64_t>(wanted.size());
  for (const double x : expected[static_cast<std::size_t>(pair.rounding->inputs[0])])
    pair.agreement.ties += !(pair.clamped && x == 0.0) && is_tie(*pair.rounding, x) ? 1 : 0;
}

std::vector<LayerAgreement> IntegerLayers::layers() const {
  std::vector<LayerAgreement> found;
  for (const Pair& pair : pairs_)
    found.push_back(pair.agreement);
  return found;
}

}  // namespace bitplace::tools
