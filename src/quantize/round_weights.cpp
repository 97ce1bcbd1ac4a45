#include "quantize/round_weights.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <map>

#include "core/error.h"
#include "lowering/arithmetic_choice.h"
#include "lowering/quantize_weights.h"
#include "lowering/rewrite.h"
#include "quantize/float_runner.h"
#include "quantize/input_moments.h"
#include "quantize/own_parameter.h"
#include "quantize/weight_scale.h"

namespace bitplace {
namespace {

constexpr std::int64_t kPositionsOfAnImage = 128;
// Of the mean moment: keeps directions that the images hardly have from being made up.
constexpr double kDamping = 0.01;

// Upper factor of the inverse of damped moments; inputs that are always 0 count as if they stood alone.
Eigen::MatrixXd inverse_factor(const Eigen::MatrixXd& lower) {
  Eigen::MatrixXd moments = lower.selfadjointView<Eigen::Lower>();
  const double mean = moments.trace() / static_cast<double>(moments.rows());
  moments.diagonal().array() += mean > 0.0 ? kDamping * mean : 1.0;
  const Eigen::MatrixXd inverse =
      moments.llt().solve(Eigen::MatrixXd::Identity(moments.rows(), moments.cols()));
  return inverse.llt().matrixU();
}

// Rounds weights of one filter that belong to one block of moments, by their places in the filter's row.
class BlockRounding {
 public:
  BlockRounding(float scale, int largest_code, std::int64_t run)
      : scale_(scale), largest_code_(largest_code), run_(run) {}

  void round(const Eigen::MatrixXd& factor, float* row, std::int64_t first, std::int64_t stride) const {
    const std::int64_t count = factor.rows();
    Eigen::VectorXd weights(count);
    for (std::int64_t i = 0; i < count; ++i)
      weights[i] = static_cast<double>(row[first + i * stride]);
    for (std::int64_t i = 0; i < count; ++i) {
      float& rounded = row[first + i * stride];
      rounded = static_cast<float>(code_of(static_cast<float>(weights[i]), row, first + i * stride)) * scale_;
      const double error = (weights[i] - static_cast<double>(rounded)) / factor(i, i);
      weights.tail(count - i - 1) -= error * factor.row(i).tail(count - i - 1).transpose();
    }
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
  LayerRounding(const Graph& graph, const Node& node, const InputMoments& moments) : moments_(moments) {
    const Tensor& weight = *graph.parameter(node, "weight");
    const auto& a = std::get<ConvolutionAttributes>(node.attributes);
    filters_ = weight.shape[0];
    depth_ = weight.shape.elements() / filters_;
    channels_ = weight.shape[3];
    groups_ = a.groups;
    for (std::int64_t i = 0; i < blocks(); ++i)
      factors_.push_back(inverse_factor(moments.block(i)));
  }

  // Rounds all filters in place.
  void round(float* weights, const std::vector<float>& scales, int largest_code, std::int64_t run) const {
    for (std::int64_t filter = 0; filter < filters_; ++filter) {
      float* row = weights + filter * depth_;
      const BlockRounding rounding(scales[static_cast<std::size_t>(filter)], largest_code, run);
      const std::int64_t group = filter / (filters_ / groups_);
      if (!moments_.by_channel()) {
        rounding.round(factors_[static_cast<std::size_t>(group)], row, 0, 1);
        continue;
      }
      for (std::int64_t c = 0; c < channels_; ++c)
        rounding.round(factors_[static_cast<std::size_t>(group * channels_ + c)], row, c, channels_);
    }
  }

 private:
  std::int64_t blocks() const { return moments_.by_channel() ? groups_ * channels_ : groups_; }

  const InputMoments& moments_;
  std::int64_t filters_, depth_, channels_, groups_;
  std::vector<Eigen::MatrixXd> factors_;
};

using MomentsOfLayers = std::map<std::size_t, InputMoments>;  // by node

Result<MomentsOfLayers> measure(const Quantization& quantization, const ModelMaker& make,
                                const CalibrationImages& images, const CalibrationProgress& progress) {
  const Graph& folded = quantization.folded;
  MomentsOfLayers layers;
  std::multimap<ValueId, InputMoments*> readers;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const Node& node = folded.nodes[i];
    if (node.op != Op::convolution || !is_integer(quantization.precisions.of(node.name))) continue;
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
    rounding.round(own_parameter(rounded, index, "weight"), scales, largest_weight_code(precision), run);
    const TensorId tensor = rounded.add_tensor(make_tensor(node.name + ".weight_scale", scales));
    rounded.nodes[index].parameters.push_back({"weight_scale", tensor});
  }
  return rounded;
}

}  // namespace bitplace
