#include <catch2/catch.hpp>

#include "support/random.h"
#include "vprtrain/loss_oracle.h"
#include "vprtrain/training_module.h"

namespace bitplace::test {
namespace {

using Catch::Matchers::Contains;
using train::LossOptions;

// Places 0, 0, 1, 1, 2, ... ; 1 and 2 are neighbours, and the last place is alone.
LossCase random_case(std::uint64_t state, std::size_t dimension = 5) {
  constexpr std::size_t kClasses = 5;
  Random random(state);
  LossCase c;
  c.places = {0, 0, 1, 1, 2, 2, 3, 3, 3, 4};
  const std::size_t size = c.places.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      const bool same = c.places[i] == c.places[j];
      const bool neighbours = c.places[i] + c.places[j] == 3 && c.places[i] != 0 && c.places[j] != 0;
      c.positives.push_back(same && i != j ? 1 : 0);
      c.negatives.push_back(!same && !neighbours ? 1 : 0);
    }
  }
  const auto fill = [&](std::vector<double>* rows, std::size_t columns, bool normalize) {
    for (std::size_t i = 0; i < size; ++i) {
      double square = 0.0;
      for (std::size_t k = 0; k < columns; ++k) {
        rows->push_back(static_cast<double>(random.real(-1.0f, 1.0f)));
        square += rows->back() * rows->back();
      }
      for (std::size_t k = 0; normalize && k < columns; ++k)
        (*rows)[i * columns + k] /= std::sqrt(square);
    }
  };
  fill(&c.descriptors, dimension, true);
  fill(&c.logits, kClasses, false);
  fill(&c.teacher, dimension, true);
  return c;
}

LossOutcome evaluated(const std::string& loss, const LossOptions& options, const LossCase& input) {
  auto outcome = evaluate_loss(loss, options, input);
  if (!outcome.ok()) FAIL(outcome.error().message());
  return *std::move(outcome);
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-5).margin(1e-7));
}

void check_loss(const std::string& name, const LossOptions& options, const LossCase& input,
                const std::function<double(const LossCase&)>& oracle) {
  INFO(name);
  const LossOutcome outcome = evaluated(name, options, input);
  CHECK(outcome.value == Approx(oracle(input)).epsilon(1e-10));
  CHECK(outcome.value > 0.0);
  check_close(outcome.descriptor_gradient, differences(input, &LossCase::descriptors, oracle));
}

TEST_CASE("Classification is the cross entropy of the logits") {
  const LossCase input = random_case(1);
  const LossOutcome outcome = evaluated("classification", {}, input);
  CHECK(outcome.needs_logits);
  CHECK(!outcome.needs_teacher);
  CHECK(outcome.value == Approx(cross_entropy(input)).epsilon(1e-10));
  check_close(outcome.logit_gradient, differences(input, &LossCase::logits, cross_entropy));
  LossOptions smooth;
  smooth.label_smoothing = 0.1;
  CHECK(evaluated("classification", smooth, input).value != Approx(outcome.value));
}

TEST_CASE("Triplets and their gradients are those of the definition") {
  const auto state = GENERATE(range<std::uint64_t>(1, 6));
  const LossCase input = random_case(state);
  LossOptions options;
  options.margin = GENERATE(0.1, 0.6);
  check_loss("triplet", options, input,
             [&](const LossCase& c) { return batch_hard_triplet(c, options.margin); });
  options.semi_hard = true;
  check_loss("triplet", options, input,
             [&](const LossCase& c) { return semi_hard_triplet(c, options.margin); });
}

TEST_CASE("Multi-similarity and its gradient are those of the definition") {
  const auto state = GENERATE(range<std::uint64_t>(1, 6));
  const LossCase input = random_case(state);
  LossOptions options;
  check_loss("multi-similarity", options, input,
             [&](const LossCase& c) { return multi_similarity(c, options); });
  options.alpha = 2.0;
  options.beta = 10.0;
  options.base = 0.5;
  options.mining_margin = 0.3;
  check_loss("multi-similarity", options, input,
             [&](const LossCase& c) { return multi_similarity(c, options); });
}

TEST_CASE("Distillation compares similarities, their softmax or descriptors") {
  const auto state = GENERATE(range<std::uint64_t>(1, 4));
  const LossCase input = random_case(state);
  LossOptions options;
  CHECK(evaluated("distillation", options, input).needs_teacher);
  for (const double temperature : {0.0, 0.2}) {
    options.temperature = temperature;
    const auto oracle = [&](const LossCase& c) { return relational_distillation(c, temperature); };
    check_loss("distillation", options, input, oracle);
    LossCase taught = input;
    taught.teacher = input.descriptors;
    CHECK(evaluated("distillation", options, taught).value == Approx(0.0).margin(1e-12));
  }
  const auto cosine = [](const LossCase& c) {
    double sum = 0.0;
    for (std::size_t i = 0; i < c.descriptors.size(); ++i)
      sum += c.descriptors[i] * c.teacher[i];
    return 1.0 - sum / static_cast<double>(c.places.size());
  };
  check_loss("regression", options, input, cosine);
}

TEST_CASE("Mining picks what the definition says") {
  // Two places of two images, and a neighbour of the first.
  LossCase c;
  c.places = {0, 0, 1, 1, 2};
  c.positives = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  c.negatives = {0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0};
  c.descriptors.assign(5, 1.0);
  const std::vector<double> similarities{
      1.0,  0.6,  0.55, 0.4,  0.9,   // 0.55 > 0.6 - 0.1; 0.6 < 0.55 + 0.1
      0.6,  1.0,  0.45, 0.3,  0.9,   // nothing is hard
      0.55, 0.45, 1.0,  0.2,  0.15,  // 0.2 is the worst positive, 0.15 > 0.2 - 0.1
      0.4,  0.3,  0.2,  1.0,  0.05,  // 0.05 < 0.2 - 0.1
      0.9,  0.9,  0.15, 0.05, 1.0};  // no positive at all
  const MinedMasks mined = mine(similarities, c, 0.1);
  CHECK(mined.positives ==
        std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(mined.negatives ==
        std::vector<std::uint8_t>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("A batch without pairs gives 0 and no gradient") {
  LossCase input = random_case(3);
  const bool without_positives = GENERATE(true, false);
  auto& masks = without_positives ? input.positives : input.negatives;
  std::fill(masks.begin(), masks.end(), std::uint8_t{0});
  for (const bool semi_hard : {false, true}) {
    LossOptions options;
    options.semi_hard = semi_hard;
    for (const char* name : {"triplet", "multi-similarity"}) {
      INFO(name);
      const LossOutcome outcome = evaluated(name, options, input);
      CHECK(outcome.value == 0.0);
      CHECK(outcome.descriptor_gradient == std::vector<double>(input.descriptors.size(), 0.0));
    }
  }
}

TEST_CASE("Losses are weighted, added and named") {
  const LossCase input = random_case(5);
  const LossOutcome sum = evaluated("multi-similarity:2,classification:0.5,distillation", {}, input);
  REQUIRE(sum.parts.size() == 3);
  CHECK(sum.parts[0].first == "multi-similarity");
  CHECK(sum.parts[2].first == "distillation");
  CHECK(sum.value == Approx(2 * sum.parts[0].second + 0.5 * sum.parts[1].second + sum.parts[2].second));
  CHECK(sum.parts[0].second == Approx(evaluated("multi-similarity", {}, input).value));
  CHECK(sum.needs_logits);
  CHECK(sum.needs_teacher);
}

TEST_CASE("What is no loss is refused") {
  const LossCase input = random_case(5);
  const auto refusal = [&](const std::string& text, const LossOptions& options = {}) {
    const auto outcome = evaluate_loss(text, options, input);
    REQUIRE(!outcome.ok());
    return std::string(outcome.error().message());
  };
  CHECK_THAT(refusal("hinge"), Contains("hinge") && Contains("multi-similarity"));
  CHECK_THAT(refusal(""), Contains("is unknown"));
  CHECK_THAT(refusal("triplet,"), Contains("is unknown"));
  for (const char* weight :
       {"triplet:", "triplet:0", "triplet:-1", "triplet:x", "triplet:inf", "triplet:nan"})
    CHECK_THAT(refusal(weight), Contains("no positive weight"));
  LossOptions options;
  options.alpha = 0.0;
  CHECK_THAT(refusal("multi-similarity", options), Contains("alpha"));
  LossCase other = input;
  other.teacher.resize(input.teacher.size() * 2, 0.1);
  const auto outcome = evaluate_loss("regression", {}, other);
  REQUIRE(!outcome.ok());
  CHECK_THAT(outcome.error().message(), Contains("10 numbers") && Contains("distillation"));
}

}  // namespace
}  // namespace bitplace::test
