#include "vprtrain/augmentation/blur.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace bitplace::train {
namespace {

constexpr int kWeightBits = 8;
constexpr double kPi = 3.14159265358979323846;

// Weights in units of 2^-kWeightBits; the middle one takes what rounding leaves.
std::vector<std::uint16_t> rounded_weights(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values)
    total += value;
  std::vector<std::uint16_t> weights;
  int left = 1 << kWeightBits;
  for (const double value : values) {
    weights.push_back(static_cast<std::uint16_t>(std::floor(value / total * (1 << kWeightBits))));
    left -= weights.back();
  }
  std::uint16_t& middle = weights[weights.size() / 2];
  middle = static_cast<std::uint16_t>(middle + left);
  return weights;
}

std::vector<BlurPass> gaussian(double deviation) {
  const int reach = std::clamp(static_cast<int>(std::ceil(2.5 * deviation)), 1, kBlurReach);
  std::vector<double> values;
  for (int i = -reach; i <= reach; ++i)
    values.push_back(std::exp(-0.5 * i * i / (deviation * deviation)));
  const std::vector<std::uint16_t> weights = rounded_weights(values);
  std::vector<BlurPass> passes(2);
  for (int i = -reach; i <= reach; ++i) {
    const std::uint16_t weight = weights[static_cast<std::size_t>(i + reach)];
    passes[0].push_back({i, 0, weight});
    passes[1].push_back({0, i, weight});
  }
  return passes;
}

std::vector<BlurPass> motion(double reach, double angle) {
  const int steps = std::max(1, static_cast<int>(std::lround(reach)));
  const std::vector<std::uint16_t> weights =
      rounded_weights(std::vector<double>(static_cast<std::size_t>(2 * steps + 1), 1.0));
  BlurPass pass;
  for (int i = -steps; i <= steps; ++i) {
    pass.push_back({static_cast<int>(std::lround(i * std::cos(angle))),
                    static_cast<int>(std::lround(i * std::sin(angle))),
                    weights[static_cast<std::size_t>(i + steps)]});
  }
  return {pass};
}

// The picture with its left and right border repeated kBlurReach times.
void widen(Extent extent, const std::uint8_t* bytes, std::uint8_t* wide) {
  const auto row = static_cast<std::size_t>(extent.width) * 3;
  for (int y = 0; y < extent.height; ++y) {
    for (int x = 0; x < kBlurReach; ++x, wide += 3)
      std::memcpy(wide, bytes, 3);
    std::memcpy(wide, bytes, row);
    wide += row;
    for (int x = 0; x < kBlurReach; ++x, wide += 3)
      std::memcpy(wide, bytes + row - 3, 3);
    bytes += row;
  }
}

void run_pass(const BlurPass& pass, Extent extent, const std::uint8_t* wide, std::vector<std::uint16_t>* sums,
              std::uint8_t* bytes) {
  const auto row = static_cast<std::size_t>(extent.width) * 3;
  const std::size_t wide_row = row + 2 * kBlurReach * 3;
  sums->resize(row);
  std::uint16_t* sum = sums->data();
  for (int y = 0; y < extent.height; ++y) {
    std::fill(sums->begin(), sums->end(), std::uint16_t{1 << (kWeightBits - 1)});
    for (const BlurTap& tap : pass) {
      const auto source_y = static_cast<std::size_t>(std::clamp(y + tap.y, 0, extent.height - 1));
      const std::uint8_t* source =
          wide + source_y * wide_row + 3 * static_cast<std::size_t>(kBlurReach + tap.x);
      for (std::size_t i = 0; i < row; ++i)
        sum[i] = static_cast<std::uint16_t>(sum[i] + source[i] * tap.weight);
    }
    for (std::size_t i = 0; i < row; ++i)
      bytes[i] = static_cast<std::uint8_t>(sum[i] >> kWeightBits);
    bytes += row;
  }
}

}  // namespace

std::vector<BlurPass> draw_blur(Extent extent, SplitMix64* random) {
  const double scale = std::max(extent.width, extent.height) / 227.0;
  const bool moving = random->unit() < 0.5;
  const double amount = random->unit();
  const double angle = random->unit() * kPi;
  if (moving) return motion(std::min((1.0 + 4.0 * amount) * scale, double{kBlurReach}), angle);
  return gaussian(std::max(0.4, (0.5 + 2.0 * amount) * scale));
}

void apply_blur(const std::vector<BlurPass>& passes, Extent extent, std::uint8_t* bytes,
                std::vector<std::uint8_t>* scratch) {
  const std::size_t wide_row = (static_cast<std::size_t>(extent.width) + 2 * kBlurReach) * 3;
  scratch->resize(wide_row * static_cast<std::size_t>(extent.height));
  std::vector<std::uint16_t> sums;
  for (const BlurPass& pass : passes) {
    widen(extent, bytes, scratch->data());
    run_pass(pass, extent, scratch->data(), &sums, bytes);
  }
}

}  // namespace bitplace::train
