// The losses, written down pair by pair in binary64.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "vprtrain/training_module.h"

namespace bitplace::test {

inline double dot(const std::vector<double>& rows, std::size_t size, std::size_t i, std::size_t j) {
  const std::size_t dimension = rows.size() / size;
  double sum = 0.0;
  for (std::size_t k = 0; k < dimension; ++k)
    sum += rows[i * dimension + k] * rows[j * dimension + k];
  return sum;
}

inline bool positive(const LossCase& c, std::size_t i, std::size_t j) {
  return c.positives[i * c.places.size() + j] != 0;
}
inline bool negative(const LossCase& c, std::size_t i, std::size_t j) {
  return c.negatives[i * c.places.size() + j] != 0;
}

inline double cross_entropy(const LossCase& c) {
  const std::size_t size = c.places.size();
  const std::size_t classes = c.logits.size() / size;
  double sum = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    double total = 0.0;
    for (std::size_t k = 0; k < classes; ++k)
      total += std::exp(c.logits[i * classes + k]);
    sum += std::log(total) - c.logits[i * classes + static_cast<std::size_t>(c.places[i])];
  }
  return sum / static_cast<double>(size);
}

inline double batch_hard_triplet(const LossCase& c, double margin) {
  const std::size_t size = c.places.size();
  double sum = 0.0;
  int anchors = 0;
  for (std::size_t i = 0; i < size; ++i) {
    double worst_positive = 2.0;
    double worst_negative = -2.0;
    for (std::size_t j = 0; j < size; ++j) {
      const double s = dot(c.descriptors, size, i, j);
      if (positive(c, i, j)) worst_positive = std::min(worst_positive, s);
      if (negative(c, i, j)) worst_negative = std::max(worst_negative, s);
    }
    if (worst_positive == 2.0 || worst_negative == -2.0) continue;
    sum += std::max(0.0, margin - worst_positive + worst_negative);
    ++anchors;
  }
  return anchors == 0 ? 0.0 : sum / anchors;
}

inline double semi_hard_triplet(const LossCase& c, double margin) {
  const std::size_t size = c.places.size();
  double sum = 0.0;
  int pairs = 0;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      if (!positive(c, i, j)) continue;
      const double near = dot(c.descriptors, size, i, j);
      double closest_below = -2.0;
      double furthest = 2.0;
      for (std::size_t k = 0; k < size; ++k) {
        if (!negative(c, i, k)) continue;
        const double s = dot(c.descriptors, size, i, k);
        furthest = std::min(furthest, s);
        if (s < near) closest_below = std::max(closest_below, s);
      }
      if (furthest == 2.0) continue;
      sum += std::max(0.0, margin - near + (closest_below > -2.0 ? closest_below : furthest));
      ++pairs;
    }
  }
  return pairs == 0 ? 0.0 : sum / pairs;
}

inline double multi_similarity(const LossCase& c, const train::LossOptions& o) {
  const std::size_t size = c.places.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    double least_positive = std::numeric_limits<double>::infinity();
    double most_negative = -std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < size; ++j) {
      const double s = dot(c.descriptors, size, i, j);
      if (positive(c, i, j)) least_positive = std::min(least_positive, s);
      if (negative(c, i, j)) most_negative = std::max(most_negative, s);
    }
    double pull = 1.0;
    double push = 1.0;
    for (std::size_t j = 0; j < size; ++j) {
      const double s = dot(c.descriptors, size, i, j);
      if (positive(c, i, j) && s < most_negative + o.mining_margin) pull += std::exp(-o.alpha * (s - o.base));
      if (negative(c, i, j) && s > least_positive - o.mining_margin) push += std::exp(o.beta * (s - o.base));
    }
    sum += std::log(pull) / o.alpha + std::log(push) / o.beta;
  }
  return sum / static_cast<double>(size);
}

inline double relational_distillation(const LossCase& c, double temperature) {
  const std::size_t size = c.places.size();
  const auto softmax = [&](const std::vector<double>& rows, std::size_t i, std::size_t j) {
    double total = 0.0;
    for (std::size_t k = 0; k < size; ++k)
      total += k == i ? 0.0 : std::exp(dot(rows, size, i, k) / temperature);
    return std::exp(dot(rows, size, i, j) / temperature) / total;
  };
  double squares = 0.0;
  double divergence = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      if (i == j) continue;
      const double difference = dot(c.descriptors, size, i, j) - dot(c.teacher, size, i, j);
      squares += difference * difference;
      if (temperature > 0.0) {
        const double goal = softmax(c.teacher, i, j);
        divergence += goal * std::log(goal / softmax(c.descriptors, i, j));
      }
    }
  }
  if (temperature > 0.0) return temperature * temperature * divergence / static_cast<double>(size);
  return squares / static_cast<double>(size * (size - 1));
}

// Central differences of `loss` in each number of `values`, a member of `input`.
inline std::vector<double> differences(LossCase input, std::vector<double> LossCase::*values,
                                       const std::function<double(const LossCase&)>& loss) {
  constexpr double kStep = 1e-6;
  std::vector<double> gradient;
  for (std::size_t i = 0; i < (input.*values).size(); ++i) {
    double& value = (input.*values)[i];
    const double before = value;
    value = before + kStep;
    const double above = loss(input);
    value = before - kStep;
    gradient.push_back((above - loss(input)) / (2 * kStep));
    value = before;
  }
  return gradient;
}

}  // namespace bitplace::test
