#include "quantize/round_weights.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <map>

#include "core/error.h"
#include "lowering/arithmetic_choice.h"
#include "lowering/quantize_weights.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"
#include "quantize/float_runner.h"
#include "quantize/input_moments.h"
#include "quantize/own_parameter.h"
#include "quantize/weight_scale.h"

namespace bitplace {
namespace {

constexpr std::int64_t kPositionsOfAnImage = 128;
// Of the mean variance: keeps directions that the images hardly have from being made up.
constexpr double kDamping = 0.01;

// Upper factor of the inverse of damped covariances; inputs that never change count as if they stood alone.
Eigen::MatrixXd inverse_factor(Eigen::MatrixXd covariance) {
  const double mean = covariance.trace() / static_cast<double>(covariance.rows());
  covariance.diagonal().array() += mean > 0.0 ? kDamping * mean : 1.0;
  const Eigen::MatrixXd inverse =
      covariance.llt().solve(Eigen::MatrixXd::Identity(covariance.rows(), covariance.cols()));
  return inverse.llt().matrixU();
}

// Of the inputs that one block of a filter's weights meets.
struct TapStatistics {
  Eigen::MatrixXd factor;
  Eigen::VectorXd mean;
};

// Rounds weights of one filter that belong to one block of moments, by their places in the filter's row.
class BlockRounding {
 public:
  BlockRounding(float scale, int largest_code, std::int64_t run)
      : scale_(scale), largest_code_(largest_code), run_(run) {}

  // Gives the mean of what the filter's output loses.
  double round(const TapStatistics& taps, float* row, std::int64_t first, std::int64_t stride) const {
    const Eigen::MatrixXd& factor = taps.factor;
    const std::int64_t count = factor.rows();
    Eigen::VectorXd weights(count);
    for (std::int64_t i = 0; i < count; ++i)
      weights[i] = static_cast<double>(row[first + i * stride]);
    double loss = weights.dot(taps.mean);
    for (std::int64_t i = 0; i < count; ++i) {
      float& rounded = row[first + i * stride];
      rounded = static_cast<float>(code_of(static_cast<float>(weights[i]), row, first + i * stride)) * scale_;
      const double error = (weights[i] - static_cast<double>(rounded)) / factor(i, i);
      weights.tail(count - i - 1) -= error * factor.row(i).tail(count - i - 1).transpose();
      loss -= static_cast<double>(rounded) * taps.mean[i];
    }
    return loss;
  }

 private:
  // In the second place of a limited pair, at most what the first leaves room for.
  std::int32_t code_of(float weight, const float* row, std::int64_t place) const {
    const std::int32_t code = weight_code(weight, scale_, largest_code_);
    if (run_ == 0 || place % run_ % 2 == 0) return code;
    const std::int32_t first = weight_code(row[place - 1], scale_, largest_code_);
    return std::clamp(code, std::min(0, -kLargestPair - std::min(first, 0)),
                      std::max(0, kLargestPair - std::max(first, 0)));
  }

  float scale_;
  int largest_code_;
  std::int64_t run_;  // limited_run()'s
};

class LayerRounding {
 public:
  LayerRounding(const Graph& graph, const Node& node, const InputMoments& moments)
      : by_channel_(moments.by_channel()),
        shape_(graph.parameter(node, "weight")->shape),
        groups_(std::get<ConvolutionAttributes>(node.attributes).groups) {
    for (std::int64_t i = 0; i < moments.blocks(); ++i)
      blocks_.push_back({inverse_factor(moments.covariance(i)), moments.mean(i)});
  }

  // Rounds all filters in place; the biases take what the means of their outputs lose.
  void round(float* weights, float* bias, const std::vector<float>& scales, int largest_code,
             std::int64_t run) const {
    const std::int64_t depth = shape_.elements() / shape_[0];
    for (std::int64_t filter = 0; filter < shape_[0]; ++filter) {
      const BlockRounding rounding(scales[static_cast<std::size_t>(filter)], largest_code, run);
      bias[filter] += static_cast<float>(round_filter(rounding, weights + filter * depth, filter));
    }
  }

 private:
  double round_filter(const BlockRounding& rounding, float* row, std::int64_t filter) const {
    const std::int64_t group = filter / (shape_[0] / groups_);
    if (!by_channel_) return rounding.round(blocks_[static_cast<std::size_t>(group)], row, 0, 1);
    double loss = 0.0;
    for (std::int64_t c = 0; c < shape_[3]; ++c)
      loss += rounding.round(blocks_[static_cast<std::size_t>(group * shape_[3] + c)], row, c, shape_[3]);
    return loss;
  }

  bool by_channel_;
  Shape shape_;
  std::int64_t groups_;
  std::vector<TapStatistics> blocks_;
};

using MomentsOfLayers = std::map<std::size_t, InputMoments>;  // by node

// Weights that training made codes of stay what they are.
bool is_rounded(const Graph& folded, const Node& node, Precision precision) {
  return has_precision(folded, node) && is_integer(precision) &&
         trained_codes(folded, node, largest_weight_code(precision)).empty();
}

Result<MomentsOfLayers> measure(const Quantization& quantization, const ModelMaker& make,
                                const CalibrationImages& images, const CalibrationProgress& progress) {
  const Graph& folded = quantization.folded;
  MomentsOfLayers layers;
  std::multimap<ValueId, InputMoments*> readers;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const Node& node = folded.nodes[i];
    if (!is_rounded(folded, node, quantization.precisions.of(node.name))) continue;
    const auto entry = layers.emplace(i, InputMoments(folded, node)).first;
    readers.emplace(node.inputs[0], &entry->second);
  }
  // The float model's values begin with the folded graph's own.
  BITPLACE_ASSIGN(model, make(folded, PrecisionMap{}, {}));
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  BITPLACE_TRY(for_each_image(images, progress, [&](const ImageView& image, double weight) {
    return runner.run(image, [&](ValueId value, const float* numbers, std::int64_t) -> Status {
      const auto [first, last] = readers.equal_range(value);
      for (auto reader = first; reader != last; ++reader)
        reader->second->add(numbers, kPositionsOfAnImage, weight);
      return {};
    });
  }));
  return layers;
}

}  // namespace

Result<Graph> round_weights(const Quantization& quantization, const ModelMaker& make,
                            const CalibrationImages& images, const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(layers, measure(quantization, make, images, progress));
  const ArithmeticChoice choice(quantization.folded, quantization.precisions, quantization.ranges);
  Graph rounded = quantization.folded;
  for (const auto& [index, moments] : layers) {
    const Node& node = rounded.nodes[index];
    const Precision precision = quantization.precisions.of(node.name);
    const Tensor& weight = *rounded.parameter(node, "weight");
    const bool signed_input = choice.codes_for(node.inputs[0], precision).low < 0;
    const std::int64_t run =
        limited_run(std::get<ConvolutionAttributes>(node.attributes), weight, precision, signed_input);
    const std::vector<float> scales = weight_scales(weight, precision, run);
    const LayerRounding rounding(rounded, node, moments);
    float* bias = own_parameter(rounded, index, "bias");
    float* weights = own_parameter(rounded, index, "weight");
    rounding.round(weights, bias, scales, largest_weight_code(precision), run);
    const TensorId tensor = rounded.add_tensor(make_tensor(node.name + ".weight_scale", scales));
    std::vector<Parameter>& parameters = rounded.nodes[index].parameters;
    std::erase_if(parameters, [](const Parameter& p) { return p.role == "weight_scale"; });
    parameters.push_back({"weight_scale", tensor});
  }
  return rounded;
}

Graph combine_rounded(const Graph& folded, const std::map<Precision, Graph>& rounded,
                      const PrecisionMap& precisions) {
  Graph combined = folded;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    Node& node = combined.nodes[i];
    const auto source = rounded.find(precisions.of(node.name));
    if (node.op != Op::convolution || source == rounded.end()) continue;
    node.parameters.clear();
    for (const Parameter& parameter : source->second.nodes[i].parameters) {
      const Tensor& tensor = source->second.tensors[static_cast<std::size_t>(parameter.tensor)];
      node.parameters.push_back({parameter.role, combined.add_tensor(tensor)});
    }
  }
  return combined;
}

}  // namespace bitplace
