#include "lowering/apply_precision.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <map>

#include "core/error.h"
#include "graph/code_range.h"
#include "lowering/arithmetic_choice.h"
#include "lowering/code_table.h"
#include "lowering/quantize_weights.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"

namespace bitplace {
namespace {

DataType type_of(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::codes:
      return DataType::s8;
    case Arithmetic::f16:
      return DataType::f16;
    case Arithmetic::f32:
      return DataType::f32;
  }
  return DataType::f32;
}

// A bound of the numbers as a bound of their codes.
float code_bound(float bound, const CodeScale& codes) {
  const float scaled = std::nearbyint(bound / codes.scale);
  return std::clamp(scaled, static_cast<float>(codes.low), static_cast<float>(codes.high));
}

float normal(float scale) {
  return std::max(scale, FLT_MIN);
}

class PrecisionPass {
 public:
  PrecisionPass(const Graph& graph, const PrecisionMap& precisions, const ActivationRanges& ranges)
      : graph_(graph),
        precisions_(precisions),
        ranges_(ranges),
        choice_(graph, precisions, ranges),
        rewrite_(graph, input_type()),
        forms_(graph.values.size()) {}

  Result<PreciseGraph> run() {
    keep(graph_.input, choice_.of_input(), rewrite_.find(graph_.input));
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      // The analyzer loses an error's text where a copy of the error goes through two layers.
      BITPLACE_TRY(append_node(i));  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)
    // Features are numbers, not codes, whatever made them, but for integers that training knows as features.
    BITPLACE_ASSIGN(features, as(graph_.features, value_at(graph_, graph_.features).type));
    rewrite_.redirect(graph_.features, features);
    if (graph_.descriptor != graph_.features) {
      BITPLACE_ASSIGN(descriptor, as(graph_.descriptor, value_at(graph_, graph_.descriptor).type));
      rewrite_.redirect(graph_.descriptor, descriptor);
    }
    PreciseGraph result;
    if (choice_.of_input() == Arithmetic::codes) result.input_scale = choice_.codes_of(graph_.input).scale;
    BITPLACE_ASSIGN(graph, rewrite_.finish());
    result.graph = std::move(graph);
    return result;
  }

 private:
  // A value in one type: codes also come with their scale.
  struct Form {
    DataType type;
    float scale;
    ValueId value;
  };

  DataType input_type() const {
    const bool codes = choice_.of_input() == Arithmetic::codes;
    return codes ? choice_.codes_of(graph_.input).type() : type_of(choice_.of_input());
  }

  static std::size_t index(ValueId value) { return static_cast<std::size_t>(value); }

  void keep(ValueId source, DataType type, float scale, ValueId target) {
    forms_[index(source)].push_back({type, scale, target});
    rewrite_.redirect(source, target);
  }
  void keep(ValueId source, Arithmetic arithmetic, ValueId target) {
    if (arithmetic != Arithmetic::codes) return keep(source, type_of(arithmetic), 1.0f, target);
    const CodeScale codes = choice_.codes_of(source);
    keep(source, codes.type(), codes.scale, target);
  }

  const Form* find_form(ValueId source, DataType type, float scale) const {
    for (const Form& form : forms_[index(source)]) {
      if (form.type == type && form.scale == scale) return &form;
    }
    return nullptr;
  }

  Result<ValueId> append_conversion(ValueId source, const char* kind, Node node, DataType type, float scale) {
    node.name = value_at(graph_, source).name + "/" + kind;
    BITPLACE_ASSIGN(value, rewrite_.append(std::move(node)));
    forms_[index(source)].push_back({type, scale, value});
    return value;
  }

  // The value as f32 or f16, converted where it is something else.
  Result<ValueId> as(ValueId source, DataType type) {
    if (const Form* form = find_form(source, type, 1.0f)) return form->value;
    const Form from = forms_[index(source)].front();
    if (from.type == DataType::s8) {
      return append_conversion(
          source, data_type_name(type),
          {"", Op::dequantize, {from.value}, kNone, DequantizeAttributes{from.scale, type}, {}}, type, 1.0f);
    }
    return append_conversion(source, data_type_name(type),
                             {"", Op::cast, {from.value}, kNone, CastAttributes{type}, {}}, type, 1.0f);
  }

  // The value as codes of this scale.
  Result<ValueId> as_codes(ValueId source, const CodeScale& codes) {
    if (const Form* form = find_form(source, codes.type(), codes.scale)) return form->value;
    BITPLACE_TRY(check_range(source));
    const Form from = forms_[index(source)].front();
    if (from.type != DataType::s8) {
      const QuantizeAttributes attributes = {1.0f / codes.scale, static_cast<float>(codes.low),
                                             static_cast<float>(codes.high)};
      return append_conversion(source, "quantize", {"", Op::quantize, {from.value}, kNone, attributes, {}},
                               DataType::s8, codes.scale);
    }
    Tensor table = code_table(from.scale, codes, [](float x) { return x; });
    return append_conversion(source, "requantize", lookup_node(from.value, std::move(table)), DataType::s8,
                             codes.scale);
  }

  Node lookup_node(ValueId input, Tensor table) {
    return {"",    Op::lookup,     {input},
            kNone, NoAttributes{}, {{"table", rewrite_.add_tensor(std::move(table))}}};
  }

  Status check_range(ValueId value) const {
    if (index(value) < ranges_.size()) return {};
    return make_error(ErrorCode::invalid_argument, "value '" + value_at(graph_, value).name + "'",
                      "becomes codes, and no calibration says how large it is");
  }

  Status append_node(std::size_t i) {
    const Node& node = graph_.nodes[i];
    if (!forms_[index(node.output)].empty()) return {};  // the layer in front makes these codes
    if (is_settled(node)) return append_settled(node);
    const Arithmetic arithmetic = choice_.of_node(i);
    if (arithmetic == Arithmetic::codes) BITPLACE_TRY(check_range(node.output));
    if (node.op == Op::convolution) {
      return arithmetic == Arithmetic::codes ? append_integer_convolution(node)
                                             : append_float_convolution(node, arithmetic);
    }
    return arithmetic == Arithmetic::codes ? append_on_codes(node) : append_on_floats(node, arithmetic);
  }

  // Bits, and codes that training chose: what a node has of these it keeps.
  bool is_settled(const Node& node) const {
    const auto is_f32 = [&](ValueId value) { return value_at(graph_, value).type == DataType::f32; };
    return !is_f32(node.output) || !std::all_of(node.inputs.begin(), node.inputs.end(), is_f32);
  }

  Status append_settled(const Node& node) {
    Node copy = node;
    copy.parameters = rewrite_.carry(node.parameters);
    for (ValueId& input : copy.inputs) {
      BITPLACE_ASSIGN(found, as(input, value_at(graph_, input).type));
      input = found;
    }
    BITPLACE_ASSIGN(output, rewrite_.append(std::move(copy)));
    keep(node.output, value_at(graph_, node.output).type, 1.0f, output);
    return {};
  }

  Status append_float_convolution(const Node& node, Arithmetic arithmetic) {
    const DataType type = type_of(arithmetic);
    Node copy = node;
    BITPLACE_ASSIGN(input, as(node.inputs[0], type));
    copy.inputs = {input};
    auto& attributes = std::get<ConvolutionAttributes>(copy.attributes);
    attributes.output_type = type;
    attributes.ordered = precisions_.of(node.name) == Precision::fp32_ordered ? 1 : 0;
    // Few levels stay the bits that they are; whoever runs the layer makes numbers of them.
    const bool levels = !trained_codes(graph_, node, largest_weight_code(Precision::int8)).empty();
    std::erase_if(copy.parameters, [&](const Parameter& p) { return p.role == "weight_scale" && !levels; });
    copy.parameters = rewrite_.carry(copy.parameters);
    if (levels) {
      set_parameter(copy, "weight", layer_codes(graph_, node, Precision::int8, true).codes);
      for (Parameter& parameter : copy.parameters)
        if (parameter.role == "weight_scale") parameter.role = "scale";
    } else if (type == DataType::f16) {
      BITPLACE_ASSIGN(halves, weights_to_f16(*graph_.parameter(node, "weight")));
      set_parameter(copy, "weight", std::move(halves));
    }
    return append_result(node, std::move(copy), arithmetic);
  }

  Status append_integer_convolution(const Node& node) {
    const Precision precision = precisions_.of(node.name);
    const CodeScale input_codes = choice_.codes_for(node.inputs[0], precision);
    BITPLACE_ASSIGN(input, as_codes(node.inputs[0], input_codes));
    LayerCodes weights = layer_codes(graph_, node, precision, input_codes.low < 0);
    const Tensor& bias = *graph_.parameter(node, "bias");
    const Node* settled = step_onto_levels(graph_, node);
    const bool codes_wanted = settled != nullptr || choice_.read_as_codes(node.output);
    const CodeScale output_codes = codes_wanted ? *choice_.codes_of_layer(node) : CodeScale{};
    std::vector<float> scales(weights.steps.size()), offsets(weights.steps.size());
    for (std::size_t c = 0; c < scales.size(); ++c) {
      scales[c] = normal(input_codes.scale * weights.steps[c] / output_codes.scale);
      offsets[c] = bias.as<float>()[c] / output_codes.scale;
    }
    Node copy{node.name, Op::convolution, {input}, kNone, node.attributes, {}};
    auto& attributes = std::get<ConvolutionAttributes>(copy.attributes);
    attributes.epilogue = codes_wanted ? Epilogue::requantize : Epilogue::affine;
    if (codes_wanted) {
      attributes.output_low = code_bound(attributes.output_low, output_codes);
      attributes.output_high = code_bound(attributes.output_high, output_codes);
    }
    copy.parameters = {{"weight", rewrite_.add_tensor(std::move(weights.codes))},
                       {"scale", rewrite_.add_tensor(make_tensor(node.name + ".scale", scales))},
                       {"bias", rewrite_.add_tensor(make_tensor(node.name + ".bias", offsets))}};
    if (settled == nullptr)
      return append_result(node, std::move(copy), codes_wanted ? Arithmetic::codes : Arithmetic::f32);
    BITPLACE_ASSIGN(output, rewrite_.append(std::move(copy)));
    keep(settled->output, output_codes.type(), 1.0f, output);
    return {};
  }

  Status append_on_floats(const Node& node, Arithmetic arithmetic) {
    Node copy = node;
    copy.inputs.clear();
    for (const ValueId source : node.inputs) {
      BITPLACE_ASSIGN(input, as(source, type_of(arithmetic)));
      copy.inputs.push_back(input);
    }
    copy.parameters = rewrite_.carry(node.parameters);
    return append_result(node, std::move(copy), arithmetic);
  }

  Status append_on_codes(const Node& node) {
    const CodeScale output = choice_.codes_of(node.output);
    std::vector<float> scales;
    Node copy = node;
    copy.inputs.clear();
    for (const ValueId source : node.inputs) {
      const CodeScale codes = choice_.codes_of(source);
      BITPLACE_ASSIGN(input, as_codes(source, codes));
      copy.inputs.push_back(input);
      scales.push_back(codes.scale);
    }
    if (auto* sum = std::get_if<AddAttributes>(&copy.attributes)) {
      *sum = {normal(scales[0] / output.scale), normal(scales[1] / output.scale),
              code_bound(sum->low, output), code_bound(sum->high, output)};
    } else if (auto* gate = std::get_if<MultiplyChannelsAttributes>(&copy.attributes)) {
      *gate = {normal(scales[0] * scales[1] / output.scale), code_bound(gate->low, output),
               code_bound(gate->high, output)};
    } else if (auto* pool = std::get_if<AveragePoolAttributes>(&copy.attributes)) {
      pool->factor = normal(scales[0] / output.scale);
    } else if (node.op == Op::activation) {
      const auto& activation = std::get<ActivationAttributes>(node.attributes);
      copy = lookup_node(copy.inputs[0], code_table(scales[0], output, activation_function(activation)));
      copy.name = node.name;
    }
    return append_result(node, std::move(copy), Arithmetic::codes);
  }

  void set_parameter(Node& node, const char* role, Tensor tensor) {
    for (Parameter& parameter : node.parameters) {
      if (parameter.role != role) continue;
      parameter.tensor = rewrite_.add_tensor(std::move(tensor));
      return;
    }
  }

  Status append_result(const Node& node, Node copy, Arithmetic arithmetic) {
    BITPLACE_ASSIGN(output, rewrite_.append(std::move(copy)));
    keep(node.output, arithmetic, output);
    return {};
  }

  const Graph& graph_;
  const PrecisionMap& precisions_;
  const ActivationRanges& ranges_;
  ArithmeticChoice choice_;
  Rewrite rewrite_;
  std::vector<std::vector<Form>> forms_;  // by value of the source; the first is what its node wrote
};

}  // namespace

Result<PreciseGraph> apply_precision(const Graph& graph, const PrecisionMap& precisions,
                                     const ActivationRanges& ranges) {
  return PrecisionPass(graph, precisions, ranges).run();
}

}  // namespace bitplace
