#include "evaluation/comparison.h"

#include <cmath>
#include <span>

#include "bitplace/model.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

std::span<const float> f32_values(const DescriptorView& descriptor) {
  return {static_cast<const float*>(descriptor.data), static_cast<std::size_t>(descriptor.spec.dimension)};
}

// 1 for two descriptors of nothing but zeros, 0 for one of them.
double cosine_of(std::span<const float> a, std::span<const float> b) {
  double product = 0.0, a_squared = 0.0, b_squared = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a[i]);
    const auto y = static_cast<double>(b[i]);
    product += x * y;
    a_squared += x * x;
    b_squared += y * y;
  }
  if (a_squared == 0.0 || b_squared == 0.0) return a_squared == b_squared ? 1.0 : 0.0;
  return product / (std::sqrt(a_squared) * std::sqrt(b_squared));
}

// The base's descriptors of all pictures, in order, and how near another model's are to them.
class DescriptorComparison {
 public:
  Status keep(const DescriptorView& descriptor) {
    const std::span<const float> values = f32_values(descriptor);
    values_.insert(values_.end(), values.begin(), values.end());
    return {};
  }

  Status compare(std::size_t picture, const DescriptorView& descriptor) {
    const std::span<const float> values = f32_values(descriptor);
    sum_ += cosine_of(std::span(values_).subspan(picture * values.size(), values.size()), values);
    ++pictures_;
    return {};
  }

  // Of the pictures since the last call.
  double take_mean_cosine() {
    const double mean = sum_ / static_cast<double>(pictures_);
    sum_ = 0.0;
    pictures_ = 0;
    return mean;
  }

 private:
  std::vector<float> values_;
  double sum_ = 0.0;
  std::int64_t pictures_ = 0;
};

Result<std::vector<DescriptorSpec>> descriptors_of(const std::vector<std::string>& models) {
  std::vector<DescriptorSpec> specs;
  for (const std::string& path : models) {
    BITPLACE_ASSIGN(model, Model::open(path.c_str()));
    specs.push_back(model.descriptor_spec());
  }
  return specs;
}

// Of different models, so their identities differ.
bool both_f32(const DescriptorSpec& a, const DescriptorSpec& b) {
  return a.type == DescriptorType::f32 && b.type == DescriptorType::f32 && a.dimension == b.dimension;
}

EvaluationRequest request_for(const ComparisonRequest& request, std::size_t model) {
  EvaluationRequest result = request.places;
  result.engine.model = request.models[model];
  result.progress =
      "model " + std::to_string(model + 1) + " of " + std::to_string(request.models.size()) + ", ";
  return result;
}

std::vector<bool> outcomes_of(const Evaluation& evaluation) {
  return best_match_right(evaluation.rankings, *evaluation.truth);
}

}  // namespace

Result<Comparison> compare_models(const ComparisonRequest& request) {
  Comparison comparison{request, {}};
  BITPLACE_ASSIGN(specs, descriptors_of(request.models));
  DescriptorComparison descriptors;
  std::vector<bool> base_outcomes;
  for (std::size_t m = 0; m < request.models.size(); ++m) {
    const bool comparable = both_f32(specs[0], specs[m]);
    const DescriptorObserver observe = [&](std::size_t picture, const DescriptorView& descriptor) {
      return m == 0 ? descriptors.keep(descriptor) : descriptors.compare(picture, descriptor);
    };
    BITPLACE_ASSIGN(evaluation,
                    evaluate(request_for(request, m), comparable ? observe : DescriptorObserver()));
    ComparedModel model{std::move(evaluation), {}, {}};
    if (m == 0) {
      base_outcomes = outcomes_of(model.evaluation);
    } else {
      model.against_base = compare_outcomes(base_outcomes, outcomes_of(model.evaluation), request.bootstrap);
      if (comparable) model.cosine = descriptors.take_mean_cosine();
    }
    comparison.models.push_back(std::move(model));
  }
  return comparison;
}

}  // namespace bitplace::tools
