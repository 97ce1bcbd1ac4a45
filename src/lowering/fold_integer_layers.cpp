#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "lowering/accumulator_scale.h"
#include "lowering/convolution_tail.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"

namespace bitplace {
namespace {

// Codes that stand for levels: level = code * step + base.
struct Coded {
  ValueId codes = kNone;  // of the copy
  LevelsAttributes levels;
};

class IntegerLayers {
 public:
  explicit IntegerLayers(const Graph& graph) : graph_(graph), rewrite_(graph), coded_(graph.values.size()) {}

  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      if (std::find(taken_.begin(), taken_.end(), &node) == taken_.end()) BITPLACE_TRY(append_node(node));
    }
    BITPLACE_TRY(give_floats(graph_.features));
    BITPLACE_TRY(give_floats(graph_.descriptor));
    return rewrite_.finish();
  }

 private:
  std::optional<Coded>& coded(ValueId value) { return coded_[static_cast<std::size_t>(value)]; }

  Status append_node(const Node& node) {
    if (node.op == Op::levels) return append_levels(node);
    const bool on_codes = coded(node.inputs[0]).has_value();
    if (on_codes && hands_codes_on(node, coded(node.inputs[0])->levels)) return append_on_codes(node);
    if (node.op == Op::convolution) {
      if (value_at(graph_, node.output).type == DataType::s32) return append_bits(node);
      if (on_codes && pads_with_code_0(node, coded(node.inputs[0])->levels)) return append_codes(node);
    }
    for (const ValueId input : node.inputs)
      BITPLACE_TRY(give_floats(input));
    return node.op == Op::convolution ? append_real(node) : rewrite_.copy(node);
  }

  // The largest code is the largest number's where codes count upwards.
  static bool hands_codes_on(const Node& node, const LevelsAttributes& levels) {
    return node.op == Op::reshape || (node.op == Op::max_pool && levels.step > 0.0f);
  }

  static bool pads_with_code_0(const Node& node, const LevelsAttributes& levels) {
    switch (std::get<ConvolutionAttributes>(node.attributes).padding) {
      case PaddingValue::valid:
        return true;
      case PaddingValue::zero:
        return levels.base == 0.0f;
      case PaddingValue::one:
        return levels.base == 1.0f;
    }
    return false;
  }

  Status append_on_codes(const Node& node) {
    const Coded input = *coded(node.inputs[0]);
    BITPLACE_ASSIGN(codes, rewrite_.append({node.name, node.op, {input.codes}, kNone, node.attributes, {}}));
    coded(node.output) = Coded{codes, input.levels};
    return {};
  }

  // Levels whose codes no layer in front makes.
  Status append_levels(const Node& node) {
    const auto& a = std::get<LevelsAttributes>(node.attributes);
    BITPLACE_TRY(give_floats(node.inputs[0]));
    ValueId position = rewrite_.find(node.inputs[0]);
    float scale = a.scale;
    if (a.offset != 0.0f || a.scale < 0.0f) {
      const auto channels = static_cast<std::size_t>(value_at(graph_, node.output).shape[3]);
      const TensorId multiplier =
          rewrite_.add_tensor(make_tensor(node.name + ".scale", std::vector<float>(channels, a.scale)));
      const TensorId addend =
          rewrite_.add_tensor(make_tensor(node.name + ".offset", std::vector<float>(channels, a.offset)));
      BITPLACE_ASSIGN(scaled, rewrite_.append({node.name + "/position",
                                               Op::multiply_add,
                                               {position},
                                               kNone,
                                               NoAttributes{},
                                               {{"multiplier", multiplier}, {"addend", addend}}}));
      position = scaled;
      scale = 1.0f;
    }
    BITPLACE_ASSIGN(codes, append_quantize(node, position, scale));
    coded(node.output) = Coded{codes, a};
    return {};
  }

  Result<ValueId> append_quantize(const Node& levels, ValueId position, float scale) {
    const auto& a = std::get<LevelsAttributes>(levels.attributes);
    return rewrite_.append(
        {levels.name, Op::quantize, {position}, kNone, QuantizeAttributes{scale, 0.0f, a.high}, {}});
  }

  // One tap per channel, on codes: x * (1 or -1) * scale + bias.
  Result<ValueId> append_signed_copy(const std::string& name, ValueId codes,
                                     const std::vector<bool>& negative, ConvolutionAttributes a, float scale,
                                     const std::vector<float>& bias) {
    const auto channels = static_cast<std::int64_t>(negative.size());
    std::vector<std::int32_t> signs;
    signs.reserve(negative.size());
    for (const bool minus : negative)
      signs.push_back(minus ? -1 : 1);
    a.groups = static_cast<std::int32_t>(channels);
    Tensor weight = pack_weight_codes(name + ".weight", DataType::s8, Shape(channels, 1, 1, 1), signs);
    const std::vector<float> scales(negative.size(), scale);
    return rewrite_.append({name,
                            Op::convolution,
                            {codes},
                            kNone,
                            a,
                            {{"weight", rewrite_.add_tensor(std::move(weight))},
                             {"scale", rewrite_.add_tensor(make_tensor(name + ".scale", scales))},
                             {"bias", rewrite_.add_tensor(make_tensor(name + ".bias", bias))}}});
  }

  // Makes numbers of what has been left as codes so far.
  Status give_floats(ValueId value) {
    if (rewrite_.find(value) != kNone) return {};
    const Coded source = *coded(value);
    const auto channels = static_cast<std::size_t>(value_at(graph_, value).shape[3]);
    ConvolutionAttributes a;
    a.epilogue = Epilogue::affine;
    BITPLACE_ASSIGN(floats, append_signed_copy(value_at(graph_, value).name + "/f32", source.codes,
                                               std::vector<bool>(channels, source.levels.step < 0.0f), a,
                                               std::fabs(source.levels.step),
                                               std::vector<float>(channels, source.levels.base)));
    rewrite_.redirect(value, floats);
    return {};
  }

  // A convolution of bits, unless its accumulators are wanted as they are.
  Status append_bits(const Node& node) {
    if (stays_integer(node)) return rewrite_.copy(node);
    BITPLACE_ASSIGN(tail, convolution_tail(graph_, node));
    const Tensor& weight = *graph_.parameter(node, "weight");
    const AccumulatorScale scale(tail.function, largest_accumulator(graph_, node));
    auto a = std::get<ConvolutionAttributes>(node.attributes);
    a.epilogue = Epilogue::affine;
    return append_scaled(node, rewrite_.find(node.inputs[0]), a, invert_rows(weight, scale.falling), scale,
                         tail);
  }

  bool stays_integer(const Node& node) const {
    const Node* next = sole_reader(graph_, node.output);
    ValueId value = node.output;
    for (; next != nullptr && next->op == Op::max_pool; next = sole_reader(graph_, value))
      value = next->output;
    if (next != nullptr) return next->op == Op::threshold;
    return value == graph_.features && graph_.readers(value).empty();
  }

  Status append_codes(const Node& node) {
    const Coded input = *coded(node.inputs[0]);
    CodedConvolution convolution = coded_convolution(graph_, node, input.levels);
    BITPLACE_ASSIGN(tail, convolution_tail(graph_, node));
    convolution.meaning.then(tail.function);
    const AccumulatorScale scale(convolution.meaning, convolution.largest);
    const std::size_t depth = convolution.codes.size() / scale.scale.size();
    for (std::size_t i = 0; i < convolution.codes.size(); ++i)
      if (scale.falling[i / depth]) convolution.codes[i] = -convolution.codes[i];
    auto a = std::get<ConvolutionAttributes>(node.attributes);
    if (a.padding != PaddingValue::valid) a.padding = PaddingValue::zero;
    a.epilogue = Epilogue::affine;
    if (tail.levels != nullptr) {
      a.epilogue = Epilogue::requantize;
      a.output_low = 0.0f;
      a.output_high = std::get<LevelsAttributes>(tail.levels->attributes).high;
    }
    const Tensor& weight = *graph_.parameter(node, "weight");
    Tensor packed = pack_weight_codes(weight.name, smallest_weight_type(convolution.codes), weight.shape,
                                      convolution.codes);
    return append_scaled(node, input.codes, a, std::move(packed), scale, tail);
  }

  Status append_scaled(const Node& node, ValueId input, const ConvolutionAttributes& a, Tensor weight,
                       const AccumulatorScale& scale, const ConvolutionTail& tail) {
    BITPLACE_ASSIGN(
        output,
        rewrite_.append({node.name,
                         Op::convolution,
                         {input},
                         kNone,
                         a,
                         {{"weight", rewrite_.add_tensor(std::move(weight))},
                          {"scale", rewrite_.add_tensor(make_tensor(node.name + ".scale", scale.scale))},
                          {"bias", rewrite_.add_tensor(make_tensor(node.name + ".bias", scale.bias))}}}));
    return append_tail(node, output, tail);
  }

  // A convolution of numbers, which gives positions among levels where these follow.
  Status append_real(const Node& node) {
    BITPLACE_ASSIGN(tail, convolution_tail(graph_, node));
    if (tail.levels == nullptr) return rewrite_.copy(node);
    BITPLACE_ASSIGN(folded, fold_affine(graph_, node, tail.function, rewrite_));
    // What lies beyond the levels is left out here, so that it does not count where numbers are measured.
    auto& attributes = std::get<ConvolutionAttributes>(folded.attributes);
    attributes.output_low = 0.0f;
    attributes.output_high = std::get<LevelsAttributes>(tail.levels->attributes).high;
    BITPLACE_ASSIGN(output, rewrite_.append(std::move(folded)));
    return append_tail(node, output, tail);
  }

  // What the tail leaves to do behind its convolution.
  Status append_tail(const Node& node, ValueId value, const ConvolutionTail& tail) {
    taken_.insert(taken_.end(), tail.taken.begin(), tail.taken.end());
    if (tail.levels != nullptr && value_at(rewrite_.target(), value).type == DataType::f32) {
      BITPLACE_ASSIGN(codes, append_quantize(*tail.levels, value, 1.0f));
      value = codes;
    }
    for (const Node* pool : tail.pools) {
      BITPLACE_ASSIGN(pooled,
                      rewrite_.append({pool->name, Op::max_pool, {value}, kNone, pool->attributes, {}}));
      value = pooled;
    }
    const ValueId last = tail.taken.empty() ? node.output : tail.taken.back()->output;
    if (tail.levels == nullptr) {
      rewrite_.redirect(last, value);
      return {};
    }
    const auto& levels = std::get<LevelsAttributes>(tail.levels->attributes);
    if (std::find(tail.reversed.begin(), tail.reversed.end(), true) != tail.reversed.end()) {
      BITPLACE_ASSIGN(upright, reverse_codes(tail.levels->name, value, tail.reversed, levels.high));
      value = upright;
    }
    coded(last) = Coded{value, levels};
    return {};
  }

  Result<ValueId> reverse_codes(const std::string& name, ValueId codes, const std::vector<bool>& reversed,
                                float high) {
    ConvolutionAttributes a;
    a.epilogue = Epilogue::requantize;
    a.output_low = 0.0f;
    a.output_high = high;
    std::vector<float> bias;
    bias.reserve(reversed.size());
    for (const bool from_above : reversed)
      bias.push_back(from_above ? high : 0.0f);
    return append_signed_copy(name + "/reverse", codes, reversed, a, 1.0f, bias);
  }

  const Graph& graph_;
  Rewrite rewrite_;
  std::vector<std::optional<Coded>> coded_;  // by value of the source
  std::vector<const Node*> taken_;           // nodes that a convolution's tail stands for
};

}  // namespace

Result<Graph> fold_integer_layers(const Graph& graph) {
  return IntegerLayers(graph).run();
}

}  // namespace bitplace
