#include "vprtrain/augmentation/fields.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bitplace::train {
namespace {

SmoothField draw_field(int columns, int rows, float low, float high, SplitMix64* random) {
  SmoothField field{columns, rows, {}};
  field.corners.resize(static_cast<std::size_t>((columns + 1) * (rows + 1)));
  for (float& value : field.corners)
    value = random->uniform(low, high);
  return field;
}

// Normal deviates, made once: sums of twelve uniform numbers, which are the same on every machine.
constexpr std::size_t kDeviates = std::size_t{1} << 16;
const std::vector<float>& deviates() {
  static const std::vector<float> kTable = [] {
    SplitMix64 random(1);
    std::vector<float> table(kDeviates);
    for (float& value : table) {
      double sum = -6.0;
      for (int i = 0; i < 12; ++i)
        sum += random.unit();
      value = static_cast<float>(sum);
    }
    return table;
  }();
  return kTable;
}

void add_noise(float deviation, std::size_t count, SplitMix64* random, float* values) {
  const std::vector<float>& table = deviates();
  while (count > 0) {
    const std::size_t first = random->below(kDeviates);
    const std::size_t length = std::min(count, kDeviates - first);
    for (std::size_t i = 0; i < length; ++i)
      values[i] += deviation * table[first + i];
    values += length;
    count -= length;
  }
}

void multiply(const float* factor, std::size_t pixels, float* values) {
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      values[3 * i + c] *= factor[i];
  }
}

void cover(const float* share, float level, std::size_t pixels, float* values) {
  for (std::size_t i = 0; i < pixels; ++i) {
    const float covered = std::clamp(share[i], 0.0f, 1.0f);
    for (std::size_t c = 0; c < 3; ++c)
      values[3 * i + c] += covered * (level - values[3 * i + c]);
  }
}

}  // namespace

void SmoothField::row(int y, Extent extent, float* out) const {
  const float vertical =
      (static_cast<float>(y) + 0.5f) * static_cast<float>(rows) / static_cast<float>(extent.height);
  const int cell_row = std::min(static_cast<int>(vertical), rows - 1);
  const float down = vertical - static_cast<float>(cell_row);
  const float* upper = corners.data() + cell_row * (columns + 1);
  const float* lower = upper + columns + 1;
  const float step = static_cast<float>(columns) / static_cast<float>(extent.width);
  for (int x = 0; x < extent.width; ++x) {
    const float horizontal = (static_cast<float>(x) + 0.5f) * step;
    const int cell = std::min(static_cast<int>(horizontal), columns - 1);
    const float across = horizontal - static_cast<float>(cell);
    const float left = upper[cell] + down * (lower[cell] - upper[cell]);
    const float right = upper[cell + 1] + down * (lower[cell + 1] - upper[cell + 1]);
    out[x] = left + across * (right - left);
  }
}

FieldChanges draw_fields(const AugmentationOptions& options, SplitMix64* light, SplitMix64* snow,
                         SplitMix64* noise) {
  FieldChanges changes;
  if (options.gradient > 0.0f) {
    const float strength = light->uniform(0.0f, options.gradient);
    changes.light = draw_field(3, 3, 1.0f - strength, 1.0f + strength, light);
  }
  if (snow->unit() < static_cast<double>(options.snow)) {
    const float most = snow->uniform(0.2f, 1.4f);
    changes.snow_level = snow->uniform(170.0f, 255.0f);
    // Below 0 nothing lies: patches with bare ground between them.
    changes.snow = draw_field(12, 12, -0.8f, most, snow);
  }
  changes.noise = noise->uniform(0.0f, options.noise) * 255.0f;
  changes.noise_seed = noise->next();
  return changes;
}

void apply_fields(const FieldChanges& changes, Extent extent, std::uint8_t* bytes,
                  std::vector<float>* scratch) {
  const auto pixels = static_cast<std::size_t>(extent.width);
  const std::size_t count = 3 * pixels;
  scratch->resize(count + pixels);
  float* values = scratch->data();
  float* field = values + count;
  SplitMix64 random(changes.noise_seed);
  for (int y = 0; y < extent.height; ++y, bytes += count) {
    std::copy_n(bytes, count, values);
    if (!changes.light.corners.empty()) {
      changes.light.row(y, extent, field);
      multiply(field, pixels, values);
    }
    if (!changes.snow.corners.empty()) {
      changes.snow.row(y, extent, field);
      cover(field, changes.snow_level, pixels, values);
    }
    if (changes.noise > 0.0f) add_noise(changes.noise, count, &random, values);
    for (std::size_t i = 0; i < count; ++i)
      bytes[i] = static_cast<std::uint8_t>(std::clamp(values[i], 0.0f, 255.0f) + 0.5f);
  }
}

void occlude(Extent extent, SplitMix64* random, std::uint8_t* bytes) {
  const auto side = [&](int size) {
    return std::max(1, static_cast<int>(static_cast<float>(size) * random->uniform(0.1f, 0.4f)));
  };
  const int width = side(extent.width);
  const int height = side(extent.height);
  const auto left =
      static_cast<std::size_t>(random->below(static_cast<std::size_t>(extent.width - width + 1)));
  const auto top =
      static_cast<std::size_t>(random->below(static_cast<std::size_t>(extent.height - height + 1)));
  const bool noisy = random->unit() < 0.5;
  const std::uint64_t colour = random->next();
  const auto row = static_cast<std::size_t>(extent.width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    std::uint8_t* out = bytes + (top + y) * row + 3 * left;
    for (std::size_t i = 0; i < static_cast<std::size_t>(width) * 3; ++i)
      out[i] = static_cast<std::uint8_t>(noisy ? random->next() >> 56 : colour >> (8 * (i % 3)));
  }
}

}  // namespace bitplace::train
