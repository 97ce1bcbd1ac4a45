#include "quantize/principal_components.h"

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>

#include "support/random.h"

using namespace bitplace;

namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Samples whose spread falls from direction to direction, away from the origin.
RowMajor random_samples(Eigen::Index count, Eigen::Index features, test::Random& random) {
  RowMajor mixed(count, features);
  Matrix directions(features, features);
  for (double& x : directions.reshaped())
    x = static_cast<double>(random.real(-1.0f, 1.0f));
  for (Eigen::Index row = 0; row < count; ++row) {
    Eigen::VectorXd sample = Eigen::VectorXd::Constant(features, 3.0);
    for (Eigen::Index i = 0; i < features; ++i)
      sample += directions.col(i) * static_cast<double>(random.real(-1.0f, 1.0f)) / std::pow(1.15, i);
    mixed.row(row) = sample.cast<float>();
  }
  return mixed;
}

std::span<const float> numbers(const RowMajor& samples) {
  return {samples.data(), static_cast<std::size_t>(samples.size())};
}

PrincipalComponents fit(const RowMajor& samples, std::int64_t components, bool whiten = false) {
  const auto fitted = fit_principal_components(numbers(samples), samples.cols(), {components, whiten});
  if (!fitted.ok()) FAIL(fitted.error().message());
  return *fitted;
}

Matrix matrix_of(const PrincipalComponents& principal) {
  return Eigen::Map<const RowMajor>(principal.components.data(), principal.count(), principal.features)
      .cast<double>();
}

Matrix centred(const RowMajor& samples) {
  const Matrix all = samples.cast<double>();
  return all.rowwise() - all.colwise().mean();
}

// Coordinates of the samples, through the folded layer.
Matrix projected(const RowMajor& samples, const PrincipalComponents& principal) {
  const LinearProjection layer = linear_projection(principal);
  const Matrix weights =
      Eigen::Map<const RowMajor>(layer.weights.data(), principal.count(), principal.features).cast<double>();
  const Eigen::VectorXd bias =
      Eigen::Map<const Eigen::VectorXf>(layer.bias.data(), principal.count()).cast<double>();
  return (samples.cast<double>() * weights.transpose()).rowwise() + bias.transpose();
}

Matrix covariance(const Matrix& samples) {
  const Matrix moved = samples.rowwise() - samples.colwise().mean();
  return moved.transpose() * moved / static_cast<double>(samples.rows() - 1);
}

struct Size {
  Eigen::Index samples, features;
  std::int64_t components;
};
// Fewer samples than features, as many, more; more than one block of either.
constexpr Size kSizes[] = {{12, 40, 6}, {20, 20, 19}, {60, 9, 9}, {30, 300, 5}, {300, 24, 7}, {2, 5, 1}};

std::string message(const Result<PrincipalComponents>& result) {
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::invalid_argument);
  return result.error().message();
}

}  // namespace

TEST_CASE("the components are those of a singular value decomposition") {
  test::Random random;
  for (const Size& size : kSizes) {
    CAPTURE(size.samples, size.features, size.components);
    const RowMajor samples = random_samples(size.samples, size.features, random);
    const PrincipalComponents principal = fit(samples, size.components);
    const Eigen::JacobiSVD<Matrix> svd(centred(samples), Eigen::ComputeThinV);
    const auto divisor = static_cast<double>(size.samples - 1);
    CHECK(principal.total_variance == Approx(svd.singularValues().squaredNorm() / divisor));
    const Matrix components = matrix_of(principal);
    for (Eigen::Index i = 0; i < size.components; ++i) {
      CAPTURE(i);
      const double value = svd.singularValues()[i];
      CHECK(principal.variances[static_cast<std::size_t>(i)] ==
            Approx(value * value / divisor).epsilon(1e-9).margin(1e-13 * principal.total_variance));
      CHECK(std::abs(components.row(i).dot(svd.matrixV().col(i))) == Approx(1.0).epsilon(1e-6));
    }
  }
}

TEST_CASE("the components are orthonormal and their signs settled") {
  test::Random random;
  for (const Size& size : kSizes) {
    CAPTURE(size.samples, size.features, size.components);
    const Matrix components =
        matrix_of(fit(random_samples(size.samples, size.features, random), size.components));
    const Matrix products = components * components.transpose();
    CHECK((products - Matrix::Identity(size.components, size.components)).cwiseAbs().maxCoeff() < 1e-6);
    for (Eigen::Index i = 0; i < size.components; ++i)
      CHECK(components.row(i).maxCoeff() >= -components.row(i).minCoeff());
  }
}

TEST_CASE("weak components stay orthogonal to strong ones") {
  // Standard deviations from 1 down to 1e-6: eigenvalues of the products down to 1e-12.
  test::Random random;
  constexpr Eigen::Index kCount = 24, kFeatures = 26;
  RowMajor samples(kCount, kFeatures);
  for (Eigen::Index row = 0; row < kCount; ++row) {
    for (Eigen::Index i = 0; i < kFeatures; ++i) {
      const double spread = std::pow(10.0, -6.0 * static_cast<double>(i) / (kFeatures - 1));
      samples(row, i) = static_cast<float>(static_cast<double>(random.real(-1.0f, 1.0f)) * spread);
    }
  }
  const Matrix components = matrix_of(fit(samples, kCount - 1));
  const Matrix products = components * components.transpose();
  CHECK((products - Matrix::Identity(kCount - 1, kCount - 1)).cwiseAbs().maxCoeff() < 1e-6);
}

TEST_CASE("what the components leave out is the variance that is not kept") {
  test::Random random;
  for (const Size& size : kSizes) {
    CAPTURE(size.samples, size.features, size.components);
    const RowMajor samples = random_samples(size.samples, size.features, random);
    const PrincipalComponents principal = fit(samples, size.components);
    const Matrix coordinates = projected(samples, principal);
    const Matrix rest = centred(samples) - coordinates * matrix_of(principal);
    const double left = rest.squaredNorm() / static_cast<double>(size.samples - 1) / principal.total_variance;
    CHECK(left == Approx(1.0 - principal.variance_kept()).margin(1e-6));
    CHECK(principal.variance_kept() <= 1.0 + 1e-12);
    // Coordinates are centred and uncorrelated.
    CHECK(coordinates.colwise().mean().cwiseAbs().maxCoeff() < 1e-5);
    Matrix expected = Matrix::Zero(size.components, size.components);
    for (Eigen::Index i = 0; i < size.components; ++i)
      expected(i, i) = principal.variances[static_cast<std::size_t>(i)];
    CHECK((covariance(coordinates) - expected).cwiseAbs().maxCoeff() < 1e-5 * principal.total_variance);
  }
}

TEST_CASE("whitened coordinates have unit variance and no correlation") {
  test::Random random;
  for (const Size& size : kSizes) {
    CAPTURE(size.samples, size.features, size.components);
    const RowMajor samples = random_samples(size.samples, size.features, random);
    const PrincipalComponents principal = fit(samples, size.components, true);
    const Matrix whitened = covariance(projected(samples, principal));
    CHECK((whitened - Matrix::Identity(size.components, size.components)).cwiseAbs().maxCoeff() < 1e-3);
    CHECK(principal.variances == fit(samples, size.components).variances);
  }
}

TEST_CASE("the same samples give the same bytes") {
  test::Random random;
  const RowMajor samples = random_samples(30, 50, random);
  const PrincipalComponents first = fit(samples, 8), second = fit(samples, 8);
  CHECK(first.components == second.components);
  CHECK(first.mean == second.mean);
}

TEST_CASE("samples that do not span enough dimensions are told how many they do") {
  test::Random random;
  RowMajor samples(10, 30);
  const RowMajor line = random_samples(3, 30, random);
  for (Eigen::Index row = 0; row < 10; ++row)
    samples.row(row) = line.row(row % 3);
  CHECK(message(fit_principal_components(numbers(samples), 30, {3, false})).find("span only 2 dimensions") !=
        std::string::npos);
  CHECK(fit(samples, 2).variance_kept() == Approx(1.0));
  const RowMajor equal = samples.row(0).replicate(5, 1);
  CHECK(message(fit_principal_components(numbers(equal), 30, {1, false})).find("span only 0 dimensions") !=
        std::string::npos);
}

TEST_CASE("what cannot be analysed is refused with the reason") {
  test::Random random;
  RowMajor samples = random_samples(5, 4, random);
  const auto why = [&](std::int64_t features, std::int64_t components) {
    return message(fit_principal_components(numbers(samples), features, {components, false}));
  };
  CHECK(why(3, 1).find("no rows of 3") != std::string::npos);
  CHECK(why(0, 1).find("no rows of 0") != std::string::npos);
  CHECK(why(20, 1).find("at least 2") != std::string::npos);
  CHECK(why(4, 0).find("0 components") != std::string::npos);
  CHECK(why(4, 5).find("at most 4") != std::string::npos);
  samples(3, 2) = std::numeric_limits<float>::quiet_NaN();
  CHECK(why(4, 1).find("feature 2 of sample 3") != std::string::npos);
  constexpr std::size_t kSide = kMostPrincipalRank + 1;
  const auto wide = std::make_unique_for_overwrite<float[]>(kSide * kSide);  // refused before it is read
  const auto too_many = fit_principal_components({wide.get(), kSide * kSide}, kSide, {1, false});
  CHECK(message(too_many).find("at most 8192 samples") != std::string::npos);
}
