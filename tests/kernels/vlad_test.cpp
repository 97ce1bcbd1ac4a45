// Every row of vlad against the reference, bit for bit, and the reference against binary64.

#include "kernels/vlad/vlad.h"

#include "kernels/elementwise_case.h"
#include "kernels/rounding.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct Problem {
  std::int64_t pixels, clusters, dimensions;
  std::vector<float> assignments, features, centers;

  Problem(std::int64_t n, std::int64_t k, std::int64_t d)
      : pixels(n),
        clusters(k),
        dimensions(d),
        assignments(static_cast<std::size_t>(n * k)),
        features(static_cast<std::size_t>(n * d)),
        centers(static_cast<std::size_t>(k * d)) {}

  static Problem any(std::int64_t n, std::int64_t k, std::int64_t d, Random& random) {
    Problem problem(n, k, d);
    for (std::vector<float>* values : {&problem.assignments, &problem.features, &problem.centers})
      *values = any_floats(values->size(), random);
    return problem;
  }

  static Problem ordinary(std::int64_t n, std::int64_t k, std::int64_t d, Random& random) {
    Problem problem(n, k, d);
    for (float& share : problem.assignments)
      share = random.real(0.0f, 1.0f);
    for (std::vector<float>* values : {&problem.features, &problem.centers}) {
      for (float& value : *values)
        value = random.real(-1.0f, 1.0f);
    }
    return problem;
  }

  std::size_t outputs() const { return centers.size(); }

  void run(const VladKernel& row, float* output, float* residuals, bool dimension_major, std::int64_t begin,
           std::int64_t end, const float* a, const float* x, const float* m) const {
    row.run({a, x, m, residuals, output, pixels, clusters, dimensions, dimension_major}, begin, end);
  }
};

void compare_vlad(const Problem& problem) {
  for (const bool dimension_major : {false, true}) {
    std::vector<float> scratch(problem.outputs());
    INFO(problem.pixels << " pixels, " << problem.dimensions << " dimensions, " << dimension_major);
    compare_rows<float, kTailPad>(
        vlad_kernels(), problem.clusters, problem.outputs(),
        [&](const VladKernel& row, float* output, std::int64_t begin, std::int64_t end, const float* a,
            const float* x, const float* m) {
          problem.run(row, output, dimension_major ? scratch.data() : output, dimension_major, begin, end, a,
                      x, m);
        },
        problem.assignments, problem.features, problem.centers);
  }
}

std::vector<float> reference(const Problem& problem, bool dimension_major) {
  std::vector<float> output(problem.outputs()), residuals(problem.outputs());
  problem.run(reference_row(vlad_kernels()), output.data(), residuals.data(), dimension_major, 0,
              problem.clusters, problem.assignments.data(), problem.features.data(), problem.centers.data());
  return output;
}

struct Number {
  double exact, error;
};

// One cluster, in binary64 and by the other formula: the sum of a * (x - m).
std::vector<Number> exact_cluster(const Problem& problem, std::int64_t k) {
  const auto at = [](const std::vector<float>& values, std::int64_t i) {
    return static_cast<double>(values[static_cast<std::size_t>(i)]);
  };
  // Products, additions, and the product with the center; then the subtraction.
  const double of_sums = static_cast<double>(problem.pixels + 1) * kUnit;
  std::vector<Number> numbers;
  double squares = 0, squares_of_errors = 0;
  for (std::int64_t d = 0; d < problem.dimensions; ++d) {
    const double center = at(problem.centers, k * problem.dimensions + d);
    double v = 0, magnitudes = 0;
    for (std::int64_t n = 0; n < problem.pixels; ++n) {
      const double share = at(problem.assignments, n * problem.clusters + k);
      const double x = at(problem.features, n * problem.dimensions + d);
      v += share * (x - center);
      magnitudes += share * (std::fabs(x) + std::fabs(center));
    }
    const double error = of_sums * magnitudes + kUnit * std::fabs(v);
    squares += v * v;
    squares_of_errors += error * error;
    numbers.push_back({v, error});
  }
  const double length = std::sqrt(squares);
  const double of_length =
      std::sqrt(squares_of_errors) / length + ((ordered_additions(problem.dimensions) + 1) / 2 + 2) * kUnit;
  for (Number& number : numbers) {
    number.error = kHigherOrder * (number.error + std::fabs(number.exact) * of_length) / length;
    number.exact /= length;
  }
  return numbers;
}

}  // namespace

TEST_CASE("every aggregation of residuals equals the reference, whatever the sizes") {
  Random random;
  for (const std::int64_t dimensions : element_counts()) {
    for (const std::int64_t clusters : {1, 2, 3, 4, 5, 7, 8, 13, 16, 17}) {
      const std::int64_t pixels = random.integer(1, 9);
      compare_vlad(Problem::any(pixels, clusters, dimensions, random));
      compare_vlad(Problem::ordinary(pixels, clusters, dimensions, random));
    }
  }
  compare_vlad(Problem::ordinary(49, 64, 128, random));
  compare_vlad(Problem::ordinary(30, 33, 515, random));
}

TEST_CASE("aggregated residuals are within their bound of binary64's") {
  Random random;
  for (const std::int64_t pixels : {1, 10, 49, 300}) {
    const Problem problem = Problem::ordinary(pixels, 5, 37, random);
    const std::vector<float> output = reference(problem, false);
    for (std::int64_t k = 0; k < problem.clusters; ++k) {
      const std::vector<Number> numbers = exact_cluster(problem, k);
      for (std::size_t d = 0; d < numbers.size(); ++d) {
        const auto y = static_cast<double>(output[static_cast<std::size_t>(k) * numbers.size() + d]);
        CHECK(std::fabs(y - numbers[d].exact) <= numbers[d].error);
      }
    }
  }
}

TEST_CASE("dimension-major residuals are the same numbers in the other order") {
  Random random;
  const Problem problem = Problem::ordinary(20, 6, 11, random);
  const std::vector<float> by_cluster = reference(problem, false), by_dimension = reference(problem, true);
  for (std::size_t k = 0; k < 6; ++k) {
    for (std::size_t d = 0; d < 11; ++d)
      CHECK(by_cluster[k * 11 + d] == by_dimension[d * 6 + k]);
  }
}

TEST_CASE("a cluster that nothing is assigned to, or only its own center, stays zero") {
  Problem problem(2, 2, 2);
  problem.assignments = {0, 1, 0, 1};
  problem.features = {0.5f, -0.25f, 0.5f, -0.25f};
  problem.centers = {1, 2, 0.5f, -0.25f};
  CHECK(reference(problem, false) == std::vector<float>(4, 0.0f));
}
