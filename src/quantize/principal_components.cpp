// X holds the centred samples, n x D. Where n >= D, the eigenvectors of X'X are the components. Where n < D,
// the eigenvectors u of the smaller XX' give them: v = X'u / |X'u|. An eigenvalue's error is about 2^-53 of
// the largest, so the weak ones of these v lean towards the strong; a Cholesky factor of their products makes
// them orthonormal again, in order of their strength.
#include "quantize/principal_components.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/error.h"

namespace bitplace {
namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Samples = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr Index kBlock = 256;  // rows or columns of the samples that are held in binary64 at once

Error fault(const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "principal components", why);
}

Status check_finite(std::span<const float> samples, std::int64_t features) {
  const auto bad = std::find_if(samples.begin(), samples.end(), [](float x) { return !std::isfinite(x); });
  if (bad == samples.end()) return {};
  const std::int64_t index = bad - samples.begin();
  return fault("feature " + std::to_string(index % features) + " of sample " +
               std::to_string(index / features) + " is not a finite number");
}

Status check_arguments(std::span<const float> samples, std::int64_t features,
                       const PrincipalComponentsOptions& options) {
  const auto numbers = static_cast<std::int64_t>(samples.size());
  if (features < 1 || numbers % features != 0) {
    return fault(std::to_string(numbers) + " numbers are no rows of " + std::to_string(features));
  }
  const std::int64_t count = numbers / features;
  if (count < 2) return fault(std::to_string(count) + " samples, at least 2 are needed");
  if (options.components < 1) return fault(std::to_string(options.components) + " components asked for");
  if (std::min(count, features) > kMostPrincipalRank) {
    return fault(std::to_string(count) + " samples of " + std::to_string(features) +
                 " features: use at most " + std::to_string(kMostPrincipalRank) + " samples");
  }
  if (options.components > std::min(count - 1, features)) {
    return fault(std::to_string(options.components) + " components asked for, but " + std::to_string(count) +
                 " samples of " + std::to_string(features) + " features span at most " +
                 std::to_string(std::min(count - 1, features)));
  }
  return check_finite(samples, features);
}

Vector mean_of(const Samples& samples) {
  Vector sum = Vector::Zero(samples.cols());
  for (Index row = 0; row < samples.rows(); ++row)
    sum += samples.row(row).cast<double>().transpose();
  return sum / static_cast<double>(samples.rows());
}

// Calls visit(first, block) for the centred samples, a few columns at a time.
template <typename Visit>
void for_each_column_block(const Samples& samples, const Vector& mean, Visit visit) {
  for (Index first = 0; first < samples.cols(); first += kBlock) {
    const Index count = std::min(kBlock, samples.cols() - first);
    Matrix block = samples.middleCols(first, count).cast<double>();
    block.rowwise() -= mean.segment(first, count).transpose();
    visit(first, block);
  }
}

// XX' where there are fewer samples than features, X'X otherwise; the lower triangle.
Matrix product_matrix(const Samples& samples, const Vector& mean, bool of_samples) {
  const Index size = of_samples ? samples.rows() : samples.cols();
  Matrix product = Matrix::Zero(size, size);
  if (of_samples) {
    for_each_column_block(samples, mean, [&](Index, const Matrix& block) {
      product.selfadjointView<Eigen::Lower>().rankUpdate(block);
    });
    return product;
  }
  for (Index first = 0; first < samples.rows(); first += kBlock) {
    const Index count = std::min(kBlock, samples.rows() - first);
    Matrix block = samples.middleRows(first, count).cast<double>().transpose();
    block.colwise() -= mean;
    product.selfadjointView<Eigen::Lower>().rankUpdate(block);
  }
  return product;
}

void orthonormalize_rows(Matrix* rows) {
  const Matrix products = *rows * rows->transpose();
  const Eigen::LLT<Matrix> factor(products);
  factor.matrixL().solveInPlace(*rows);
}

// Rows X'u / |X'u| for the columns u.
Matrix components_of_samples(const Samples& samples, const Vector& mean, const Matrix& columns) {
  Matrix components(columns.cols(), samples.cols());
  for_each_column_block(samples, mean, [&](Index first, const Matrix& block) {
    components.middleCols(first, block.cols()).noalias() = columns.transpose() * block;
  });
  components.rowwise().normalize();
  orthonormalize_rows(&components);
  return components;
}

void settle_signs(Matrix* components) {
  for (Index row = 0; row < components->rows(); ++row) {
    Index largest = 0;
    components->row(row).cwiseAbs().maxCoeff(&largest);
    if ((*components)(row, largest) < 0.0) components->row(row) *= -1.0;
  }
}

// How many of the ascending eigenvalues stand out of their rounding errors.
Index rank_of(const Vector& eigenvalues, const Samples& samples) {
  const double size = static_cast<double>(std::max(samples.rows(), samples.cols()));
  const double noise = eigenvalues.maxCoeff() * size * std::numeric_limits<double>::epsilon();
  return (eigenvalues.array() > noise).count();
}

PrincipalComponents rounded(const Vector& mean, const Matrix& components, const Vector& variances,
                            bool whiten) {
  PrincipalComponents result;
  result.features = mean.size();
  result.mean.reserve(static_cast<std::size_t>(mean.size()));
  for (const double x : mean)
    result.mean.push_back(static_cast<float>(x));
  result.components.reserve(static_cast<std::size_t>(components.size()));
  for (Index row = 0; row < components.rows(); ++row) {
    const double scale = whiten ? 1.0 / std::sqrt(variances[row]) : 1.0;
    for (Index column = 0; column < components.cols(); ++column)
      result.components.push_back(static_cast<float>(components(row, column) * scale));
  }
  result.variances.assign(variances.begin(), variances.end());
  return result;
}

Result<PrincipalComponents> fit(std::span<const float> numbers, std::int64_t features,
                                const PrincipalComponentsOptions& options) {
  BITPLACE_TRY(check_arguments(numbers, features, options));
  const Samples samples(numbers.data(), static_cast<Index>(numbers.size()) / features, features);
  const Vector mean = mean_of(samples);
  const bool of_samples = samples.rows() < samples.cols();
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(product_matrix(samples, mean, of_samples));
  if (solver.info() != Eigen::Success)
    return make_error(ErrorCode::internal, "principal components", "the decomposition did not converge");
  const Vector& eigenvalues = solver.eigenvalues();
  const Index rank = rank_of(eigenvalues, samples);
  if (options.components > rank) {
    return fault(std::to_string(options.components) + " components asked for, but the " +
                 std::to_string(samples.rows()) + " samples span only " + std::to_string(rank) +
                 " dimensions");
  }
  const Matrix strongest = solver.eigenvectors().rightCols(options.components).rowwise().reverse();
  Matrix components =
      of_samples ? components_of_samples(samples, mean, strongest) : Matrix(strongest.transpose());
  settle_signs(&components);
  const double divisor = static_cast<double>(samples.rows() - 1);
  const Vector variances = eigenvalues.tail(options.components).reverse() / divisor;
  PrincipalComponents result = rounded(mean, components, variances, options.whiten);
  result.total_variance = eigenvalues.sum() / divisor;
  if (std::all_of(result.components.begin(), result.components.end(),
                  [](float x) { return std::isfinite(x); }))
    return result;
  return fault("a variance is too small to divide by");
}

}  // namespace

double PrincipalComponents::variance_kept() const {
  return std::accumulate(variances.begin(), variances.end(), 0.0) / total_variance;
}

Result<PrincipalComponents> fit_principal_components(std::span<const float> samples, std::int64_t features,
                                                     const PrincipalComponentsOptions& options) {
  return guarded([&] { return fit(samples, features, options); });
}

LinearProjection linear_projection(const PrincipalComponents& principal) {
  LinearProjection projection = {principal.components, {}};
  for (std::int64_t row = 0; row < principal.count(); ++row) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < principal.features; ++i) {
      sum +=
          static_cast<double>(principal.components[static_cast<std::size_t>(row * principal.features + i)]) *
          static_cast<double>(principal.mean[static_cast<std::size_t>(i)]);
    }
    projection.bias.push_back(static_cast<float>(-sum));
  }
  return projection;
}

}  // namespace bitplace
