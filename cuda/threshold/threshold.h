// bit[c] = (x[c] < threshold[c]) xor flip[c], s32 or f32 in, b1 out (kernels/threshold/threshold.h). Packing
// to bits (kernels/pack_bits/pack_bits.h) is the same with thresholds of 0 and no flips.
//
// A warp makes kWordsPerWarp words that lie one behind another in the output: lane l reads channel 32 w + l,
// so the 32 loads of a word are one line, and a ballot makes the word. Four loads a lane are under way at a
// time. Lanes beyond the last channel vote 0.
#pragma once

#include "cuda/common/launch.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"
#include "cuda/common/warp_instructions.h"

namespace bitplace::cuda {

template <typename Number>
struct ThresholdParameters {
  std::int64_t pixels;  // of the whole batch
  std::int32_t channels;
  const Number* input;              // pixels x channels
  const Number* threshold;          // channels; null: 0 for all
  const std::uint32_t* flip_words;  // ceil(channels / 32); null: no flips
  std::uint32_t* output;            // pixels x ceil(channels / 32), unused bits written 0
};

template <typename Number>
struct ThresholdKernel {
  using Parameters = ThresholdParameters<Number>;
  using Shared = Nothing;
  static constexpr int kWordsPerWarp = 4;
  struct Registers {
    bool below[kWordsPerWarp];
    std::uint32_t word[kWordsPerWarp];
  };
  static constexpr int kThreads = 256;
  static constexpr int kWordsPerBlock = kThreads / kWarpSize * kWordsPerWarp;

  static BITPLACE_DEVICE std::int32_t words_per_pixel(const Parameters& p) {
    return divide_up(p.channels, 32);
  }
  static BITPLACE_DEVICE std::int64_t words(const Parameters& p) { return p.pixels * words_per_pixel(p); }

  static Grid grid(const Parameters& p) { return {divide_up<std::int64_t>(words(p), kWordsPerBlock)}; }

  // The i-th output word of a warp.
  static BITPLACE_DEVICE std::int64_t word_index(const Position& at, int i) {
    return (std::int64_t{at.block_x} * (kThreads / kWarpSize) + at.warp()) * kWordsPerWarp + i;
  }

  static BITPLACE_DEVICE void compare(const Parameters& p, const Position& at, Registers& r) {
    const std::int32_t per_pixel = words_per_pixel(p);
    BITPLACE_UNROLL
    for (int i = 0; i < kWordsPerWarp; ++i) {
      const std::int64_t word = word_index(at, i);
      const std::int64_t pixel = quotient(word, per_pixel);
      const auto channel = static_cast<std::int32_t>(word - pixel * per_pixel) * 32 + at.lane();
      const bool inside = word < words(p) && channel < p.channels;
      const Number threshold = inside && p.threshold != nullptr ? p.threshold[channel] : Number{0};
      r.below[i] = inside && p.input[pixel * p.channels + channel] < threshold;
    }
  }

  // Lane i writes word i. It is masked out of all of them: choosing one would move the registers to memory.
  static BITPLACE_DEVICE void store(const Parameters& p, const Position& at, const Registers& r) {
    const std::int64_t word = word_index(at, at.lane());
    if (at.lane() >= kWordsPerWarp || word >= words(p)) return;
    std::uint32_t own = 0;
    BITPLACE_UNROLL
    for (int i = 0; i < kWordsPerWarp; ++i)
      own |= r.word[i] & (0u - static_cast<std::uint32_t>(at.lane() == i));
    const std::uint32_t flips =
        p.flip_words != nullptr ? p.flip_words[remainder(word, words_per_pixel(p))] : 0u;
    p.output[word] = own ^ flips;
  }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Registers& r) { compare(p, at, r); });
    BITPLACE_UNROLL
    for (int i = 0; i < kWordsPerWarp; ++i) {
      block.template each_warp<Ballot>([&](const Position&, Registers& r) {
        return Ballot::Operands{&r.word[i], r.below[i]};
      });
    }
    block.each_thread([&](const Position& at, Registers& r) { store(p, at, r); });
  }
};

int launch_threshold_s32(const void* parameters, void* stream);
int launch_threshold_f32(const void* parameters, void* stream);

extern const DeviceKernel threshold_s32__ballot;  // ThresholdParameters<std::int32_t>
extern const DeviceKernel threshold_f32__ballot;  // ThresholdParameters<float>
extern const DeviceKernel pack_bits__ballot;      // ThresholdParameters<float> without thresholds and flips

}  // namespace bitplace::cuda
