#include "kernels/convolution_s8_s8/quad_joint.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bitplace::quad_plan {
namespace {

using Weights = std::vector<std::int8_t>;  // of one quad

struct ExtraQuad {
  std::int64_t quad;  // whose codes it multiplies
  Weights weights;
};

// Takes from two weights what weights of this sign sum up to beyond the limit.
void move_excess(int sign, std::int64_t* excess, std::int8_t* from, std::int8_t* to) {
  for (int i = 0; i < 2; ++i) {
    const std::int64_t taken =
        std::clamp<std::int64_t>(sign * from[i], 0, std::max<std::int64_t>(*excess, 0));
    from[i] = static_cast<std::int8_t>(from[i] - sign * taken);
    to[i] = static_cast<std::int8_t>(to[i] + sign * taken);
    *excess -= taken;
  }
}

std::int64_t sum_of_sign(int sign, const std::int8_t* weights) {
  return std::max(sign * weights[0], 0) + std::max(sign * weights[1], 0);
}

std::int64_t excess_of(int sign, const std::int8_t* a, const std::int8_t* b, std::int64_t limit) {
  return sum_of_sign(sign, a) + sum_of_sign(sign, b) - limit;
}

class Spreader {
 public:
  explicit Spreader(const JointBlock& block)
      : block_(block), quad_bytes_(static_cast<std::size_t>(4 * block.lanes)) {}

  void spread() {
    for (std::int64_t quad = 0; quad < block_.quads; quad += 2) {
      ExtraQuad first = {quad, Weights(quad_bytes_)}, second = {quad + 1, Weights(quad_bytes_)};
      for (std::size_t half = 0; half < quad_bytes_; half += 2) {
        for (const int sign : {1, -1}) {
          std::int64_t excess = excess_of(sign, at(quad) + half, at(quad + 1) + half, block_.limit);
          move_excess(sign, &excess, at(quad) + half, &first.weights[half]);
          move_excess(sign, &excess, at(quad + 1) + half, &second.weights[half]);
        }
      }
      keep(std::move(first));
      keep(std::move(second));
    }
  }

  // Writes the extra quads, in pairs that keep the limit, some with zeros as the second.
  std::int64_t write(const std::int64_t* offsets, std::int64_t* extra_offsets) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < extra_.size();) {
      if (count + 2 > block_.room) return -1;
      const bool together = i + 1 < extra_.size() && fit(extra_[i].weights, extra_[i + 1].weights);
      for (std::size_t second = 0; second < 2; ++second) {
        const ExtraQuad& extra = extra_[together ? i + second : i];
        std::int8_t* to = at(block_.quads + count);
        if (second == 0 || together) {
          std::copy(extra.weights.begin(), extra.weights.end(), to);
        } else {
          std::fill_n(to, quad_bytes_, std::int8_t{0});
        }
        extra_offsets[count++] = offsets[extra.quad];
      }
      i += together ? 2 : 1;
    }
    return count;
  }

  void undo() {
    for (const ExtraQuad& extra : extra_) {
      for (std::size_t i = 0; i < quad_bytes_; ++i)
        at(extra.quad)[i] = static_cast<std::int8_t>(at(extra.quad)[i] + extra.weights[i]);
    }
  }

 private:
  std::int8_t* at(std::int64_t quad) const {
    return block_.weights + static_cast<std::size_t>(quad) * quad_bytes_;
  }

  void keep(ExtraQuad&& extra) {
    const bool moved = std::any_of(extra.weights.begin(), extra.weights.end(), [](int w) { return w != 0; });
    if (moved) extra_.push_back(std::move(extra));
  }

  bool fit(const Weights& a, const Weights& b) const {
    for (std::size_t half = 0; half < quad_bytes_; half += 2) {
      if (excess_of(1, &a[half], &b[half], block_.limit) > 0) return false;
      if (excess_of(-1, &a[half], &b[half], block_.limit) > 0) return false;
    }
    return true;
  }

  const JointBlock& block_;
  std::size_t quad_bytes_;
  std::vector<ExtraQuad> extra_;
};

}  // namespace

std::int64_t spread_weights(const JointBlock& block, const std::int64_t* offsets,
                            std::int64_t* extra_offsets) {
  Spreader spreader(block);
  spreader.spread();
  const std::int64_t extra = spreader.write(offsets, extra_offsets);
  if (extra < 0) spreader.undo();
  return extra;
}

}  // namespace bitplace::quad_plan
