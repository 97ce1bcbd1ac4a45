#include "vprconv/verify.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "common/progress.h"
#include "common/text_table.h"
#include "core/arena.h"
#include "core/error.h"
#include "image/decode.h"
#include "image/preprocess.h"
#include "lowering/evaluate.h"
#include "vprconv/images.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostImages = 32;  // the float side takes about a second for each

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
  }

  Result<Verification> run(const ImageList& list);

 private:
  Status prepare();
  Status compare(const ImageView& image);
  Result<std::vector<double>> trained_features(const ImageView& image);
  double integer_of(double feature) const {
    return feature_unit_ == 1.0 ? feature : std::nearbyint(feature * feature_unit_);
  }
  double number_of(std::uint8_t pixel, std::size_t channel) const;
  void compare_numbers(const std::vector<double>& expected);
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
  std::int64_t ties_ = 0;  // of the image at hand
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
  return {};
}

Result<std::vector<double>> Verifier::trained_features(const ImageView& image) {
  preprocessor_.run(image, pixels_.data(), scratch_.data());
  std::vector<double> input(pixels_.size());
  for (std::size_t i = 0; i < pixels_.size(); ++i)
    input[i] = number_of(pixels_[i], i % 3);
  BITPLACE_ASSIGN(values, evaluate(trained_, input));
  ties_ = count_sign_ties(trained_, values);
  return std::move(values[static_cast<std::size_t>(trained_.features)]);
}

// What training fed for a grey level: pixel / 255, perhaps normalised.
double Verifier::number_of(std::uint8_t pixel, std::size_t channel) const {
  const double mean = static_cast<double>(rules_.mean[channel]);
  return (pixel / pixel_divisor(rules_) - mean) / static_cast<double>(rules_.standard_deviation[channel]);
}

void Verifier::compare_numbers(const std::vector<double>& expected) {
  double largest = 0.0, difference = 0.0;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    largest = std::max(largest, std::fabs(expected[i]));
    difference = std::max(difference, std::fabs(static_cast<double>(features_[i]) - expected[i]));
  }
  const double relative = difference == 0.0 ? 0.0 : difference / largest;
  result_.largest_difference = std::max(result_.largest_difference, relative);
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
  BITPLACE_ASSIGN(expected, trained_features(image));
  if (expected.size() != features_.size())
    return make_error(ErrorCode::internal, "verify", "the two sides have another number of features");
  if (result_.real_valued) {
    compare_numbers(expected);
  } else {
    compare_integers(expected, ties_);
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
  return result_;
}

}  // namespace

Result<Verification> verify(const Source& source, const Conversion& conversion, const std::string& folder) {
  BITPLACE_ASSIGN(list, find_images(folder, kMostImages));
  return Verifier(source, conversion).run(list);
}

void print_verification(const Verification& result, const DescriptorEncoding& encoding) {
  std::printf("verified on %zu of %zu images: ", result.images, result.images_found);
  if (result.real_valued) {
    std::printf("features differ by at most %.3g of the largest\n", result.largest_difference);
  } else {
    std::printf("%lld of %lld integers differ, %lld sign ties\n", static_cast<long long>(result.differing),
                static_cast<long long>(result.integers), static_cast<long long>(result.sign_ties));
  }
  if (encoding.type == DataType::b1) {
    std::printf("  descriptor bits that differ: %lld\n", static_cast<long long>(result.differing_bits));
  } else {
    std::printf("  lowest cosine of a descriptor with the trained features: %.7f\n", result.lowest_cosine);
  }
}

Json verification_json(const Verification& result, const DescriptorEncoding& encoding) {
  Json json = {{"images", result.images}, {"images_found", result.images_found}};
  if (result.real_valued) {
    json["largest_difference"] = result.largest_difference;
  } else {
    json["integers"] = result.integers;
    json["integers_differing"] = result.differing;
    json["sign_ties"] = result.sign_ties;
  }
  if (encoding.type == DataType::b1) {
    json["bits_differing"] = result.differing_bits;
  } else {
    json["lowest_cosine"] = result.lowest_cosine;
  }
  return json;
}

Status verification_status(const Verification& result) {
  constexpr double kRounding = 1e-4;  // of f32 sums in another order
  if (result.exact && result.largest_difference > kRounding) {
    char text[96];
    std::snprintf(text, sizeof text, "features differ by %.3g of the largest, more than rounding explains",
                  result.largest_difference);
    return make_error(ErrorCode::mismatch, "verify", text);
  }
  if (result.unexplained == 0) return {};
  return make_error(
      ErrorCode::mismatch, "verify",
      std::to_string(result.unexplained) +
          " integers differ between the trained network and the model, and no sign tie explains it");
}

}  // namespace bitplace::tools
