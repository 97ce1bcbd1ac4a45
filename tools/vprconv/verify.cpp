#include "vprconv/verify.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/progress.h"
#include "core/arena.h"
#include "core/error.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "lowering/evaluate.h"
#include "lowering/rewrite.h"
#include "vprconv/images.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostImages = 32;
constexpr std::size_t kFewestImages = 2;
// Of one pass of the float side over all images: some minutes.
constexpr std::int64_t kMostProducts = 60'000'000'000;

std::size_t images_for(const Graph& trained) {
  std::int64_t products = 1;
  for (const Node& node : trained.nodes) {
    if (node.op != Op::convolution) continue;
    const Shape& weight = trained.parameter(node, "weight")->shape;
    products += value_at(trained, node.output).shape.elements() * weight[1] * weight[2] * weight[3];
  }
  return std::clamp(static_cast<std::size_t>(kMostProducts / products), kFewestImages, kMostImages);
}

double pixel_divisor(const Preprocessing& p) {
  return std::nearbyint(1.0 / static_cast<double>(p.value_scale));
}

// What the model's integers are times the trained features: 1 behind a sign, and in front of all of them the
// number that training divided pixels by (lowering/passes.h, integer_input).
double feature_unit(const Graph& trained, const Preprocessing& rules) {
  const bool has_sign = std::any_of(trained.nodes.begin(), trained.nodes.end(),
                                    [](const Node& node) { return node.op == Op::sign; });
  return has_sign ? 1.0 : pixel_divisor(rules);
}

void merge(const FeatureAgreement& image, FeatureAgreement* all) {
  all->largest_difference = std::max(all->largest_difference, image.largest_difference);
  all->lowest_cosine = std::min(all->lowest_cosine, image.lowest_cosine);
}

class Verifier {
 public:
  Verifier(const Source& source, const Conversion& conversion)
      : trained_(conversion.reference ? *conversion.reference : source.network.graph),
        rules_(source.network.preprocessing),
        model_(conversion.model),
        encoding_(conversion.descriptor.encoding) {
    result_.real_valued = source.network.real_valued;
    if (!result_.real_valued) feature_unit_ = feature_unit(trained_, rules_);
    result_.exact = conversion.exact;
    result_.least_cosine = conversion.least_cosine;
    result_.farthest_turn = conversion.farthest_turn;
  }

  Result<Verification> run(const ImageList& list);

 private:
  Status prepare();
  Status compare(const ImageView& image);
  std::vector<double> trained_input(const ImageView& image);
  double integer_of(double feature) const {
    return feature_unit_ == 1.0 ? feature : std::nearbyint(feature * feature_unit_);
  }
  double number_of(std::uint8_t pixel, std::size_t channel) const;
  Status compare_layers(const ImageView& image, const std::vector<double>& input,
                        const EvaluatedValues& values);
  FeatureAgreement agreement(const EvaluatedValues& values) const;
  void compare_integers(const std::vector<double>& expected, std::int64_t ties);
  void compare_descriptor(const DescriptorView& descriptor, const std::vector<double>& expected);
  double threshold_of(std::size_t feature, double norm) const;

  const Graph& trained_;
  const Preprocessing& rules_;
  const ModelContents& model_;
  const DescriptorEncoding& encoding_;
  double feature_unit_ = 1.0;
  Describer* describer_ = nullptr;
  Preprocessor preprocessor_;
  AlignedBuffer scratch_;
  std::vector<std::uint8_t> pixels_;
  std::vector<float> features_;
  IntegerLayers layers_;
  Verification result_;
};

Status Verifier::prepare() {
  const Preprocessing& p = model_.preprocessing;
  Preprocessing pixels = p;
  pixels.input_type = DataType::u8;
  preprocessor_ = Preprocessor(pixels, describer_->plan().features());
  BITPLACE_ASSIGN(scratch, AlignedBuffer::allocate(preprocessor_.scratch_bytes()));
  scratch_ = std::move(scratch);
  pixels_.resize(static_cast<std::size_t>(std::int64_t{p.height} * p.width * p.channels));
  features_.resize(describer_->feature_count());
  if (result_.real_valued) {
    BITPLACE_ASSIGN(layers, IntegerLayers::create(trained_, model_));
    layers_ = std::move(layers);
  }
  return {};
}

std::vector<double> Verifier::trained_input(const ImageView& image) {
  preprocessor_.run(image, pixels_.data(), scratch_.data());
  std::vector<double> input(pixels_.size());
  for (std::size_t i = 0; i < pixels_.size(); ++i)
    input[i] = number_of(pixels_[i], i % 3);
  return input;
}

// What training fed for a grey level: pixel / 255, perhaps normalised.
double Verifier::number_of(std::uint8_t pixel, std::size_t channel) const {
  const double mean = static_cast<double>(rules_.mean[channel]);
  return (pixel / pixel_divisor(rules_) - mean) / static_cast<double>(rules_.standard_deviation[channel]);
}

FeatureAgreement Verifier::agreement(const EvaluatedValues& values) const {
  const std::vector<double>& expected = values[static_cast<std::size_t>(trained_.features)];
  double largest = 0.0, difference = 0.0, product = 0.0, ours = 0.0, theirs = 0.0;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const double x = static_cast<double>(features_[i]);
    largest = std::max(largest, std::fabs(expected[i]));
    difference = std::max(difference, std::fabs(x - expected[i]));
    product += x * expected[i];
    ours += x * x;
    theirs += expected[i] * expected[i];
  }
  const double norms = std::sqrt(ours * theirs);
  return {difference == 0.0 ? 0.0 : difference / largest, norms > 0.0 ? product / norms : 1.0};
}

Status Verifier::compare_layers(const ImageView& image, const std::vector<double>& input,
                                const EvaluatedValues& values) {
  BITPLACE_TRY(layers_.run(image));
  if (!layers_.compare(values)) {
    merge(agreement(values), &result_.led);
    return {};
  }
  BITPLACE_ASSIGN(led, evaluate(trained_, input, [&](ValueId value, EvaluatedValues& so_far) {
                    layers_.lead(value, so_far);
                  }));
  merge(agreement(led), &result_.led);
  return {};
}

void Verifier::compare_integers(const std::vector<double>& expected, std::int64_t ties) {
  std::int64_t differing = 0;
  for (std::size_t i = 0; i < features_.size(); ++i)
    differing += static_cast<double>(features_[i]) != integer_of(expected[i]) ? 1 : 0;
  result_.integers += static_cast<std::int64_t>(features_.size());
  result_.differing += differing;
  result_.sign_ties += ties;
  if (ties == 0) result_.unexplained += differing;
}

// What a bit compares the feature with, in the feature's own unit.
double Verifier::threshold_of(std::size_t feature, double norm) const {
  if (!encoding_.thresholds.empty()) return encoding_.thresholds[feature];
  if (encoding_.normalized_thresholds.empty()) return 0.0;
  return static_cast<double>(encoding_.normalized_thresholds[feature]) * norm;
}

void Verifier::compare_descriptor(const DescriptorView& descriptor, const std::vector<double>& expected) {
  double product = 0.0, ours = 0.0;
  const double theirs = std::inner_product(expected.begin(), expected.end(), expected.begin(), 0.0);
  const double norm = std::sqrt(theirs);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (descriptor.spec.type == DescriptorType::bits) {
      const bool bit = (static_cast<const std::uint8_t*>(descriptor.data)[i / 8] >> i % 8 & 1) != 0;
      result_.differing_bits += bit != (expected[i] < threshold_of(i, norm)) ? 1 : 0;
      continue;
    }
    const double x = descriptor.spec.type == DescriptorType::s8
                         ? static_cast<double>(static_cast<const std::int8_t*>(descriptor.data)[i])
                         : static_cast<double>(static_cast<const float*>(descriptor.data)[i]);
    product += x * expected[i];
    ours += x * x;
  }
  if (descriptor.spec.type == DescriptorType::bits) return;
  const double norms = std::sqrt(ours) * norm;
  result_.lowest_cosine = std::min(result_.lowest_cosine, norms > 0.0 ? product / norms : 1.0);
}

Status Verifier::compare(const ImageView& image) {
  BITPLACE_TRY(describer_->features(image, features_.data(), features_.size()));
  const std::vector<double> input = trained_input(image);
  BITPLACE_ASSIGN(values, evaluate(trained_, input));
  const std::vector<double>& expected = values[static_cast<std::size_t>(trained_.features)];
  if (expected.size() != features_.size())
    return make_error(ErrorCode::internal, "verify", "the two sides have another number of features");
  if (result_.real_valued) {
    merge(agreement(values), &result_.features);
    if (!layers_.empty()) BITPLACE_TRY(compare_layers(image, input, values));
  } else {
    compare_integers(expected, count_sign_ties(trained_, values));
  }
  BITPLACE_ASSIGN(descriptor, describer_->describe(image));
  compare_descriptor(descriptor, expected);
  return {};
}

Result<Verification> Verifier::run(const ImageList& list) {
  BITPLACE_ASSIGN(describer, describer_of(model_));
  describer_ = &describer;
  BITPLACE_TRY(prepare());
  Progress progress("verify", static_cast<std::int64_t>(list.paths.size()));
  for (const std::string& path : list.paths) {
    BITPLACE_ASSIGN(image, read_image(path));
    const Status compared = compare(image.view());
    if (!compared.ok()) return with_context(compared.error(), path);
    progress.advance();
  }
  progress.finish();
  result_.images = list.paths.size();
  result_.images_found = list.found;
  result_.layers = layers_.layers();
  return result_;
}

}  // namespace

Result<Verification> verify(const Source& source, const Conversion& conversion, const std::string& folder) {
  const Graph& trained = conversion.reference ? *conversion.reference : source.network.graph;
  BITPLACE_ASSIGN(list, find_images(folder, images_for(trained)));
  return Verifier(source, conversion).run(list);
}

}  // namespace bitplace::tools
