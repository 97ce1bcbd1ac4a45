// The lowering passes: each takes a graph and gives one that means the same, closer to what a robot runs.
#pragma once

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// The input that training fed as pixel / divisor becomes the pixel itself: u8 in, s32 accumulators, and an
// explicit division behind each first convolution. Features that are made of its output without a sign in
// between are not divided: they are `divisor` times the trained network's.
Result<Graph> integer_input(const Graph& graph, float divisor);

// Where a channel falls with its accumulator and is pooled afterwards, the filter's bits are inverted and the
// constants behind it take the sign: -accumulator is what the inverted filter gives, exactly, because padding
// with zero adds nothing and padding with one enters every product with its weight. From then on the
// maximum of the outputs is the output of the maximum.
Result<Graph> orient_filters(const Graph& graph);

// A chain of divisions, multiply-adds and batch-norms between accumulators and a sign becomes one integer
// threshold per channel. Max-pools in the chain stay, on accumulators.
Result<Graph> fold_thresholds(const Graph& graph);

// max_pool s32 -> threshold becomes threshold -> max_pool b1: AND of bits (1 means -1), OR for channels whose
// bit is flipped.
Result<Graph> pool_behind_sign(const Graph& graph);

// A convolution takes in the threshold and the non-overlapping max-pool behind it.
Result<Graph> fuse_convolution(const Graph& graph);

// Bits whose accumulators become numbers or levels, and convolutions behind `levels`, take in what follows
// them (convolution_tail.h): from here on bits and codes are what the graph says, and everything else is
// f32. Levels are codes from 0 on, s8 or u8; a convolution that they reach gives the codes of the next
// levels, or numbers.
Result<Graph> fold_integer_layers(const Graph& graph);

// A batch-norm or its kin between real numbers and a sign becomes one f32 threshold per channel, found by
// search: the bit of every f32 number is that of the steps in binary64.
Result<Graph> fold_real_thresholds(const Graph& graph);

// Batch-norms, multiply-adds and divisions become part of the f32 convolution before them; those that have
// none become a convolution with one tap per channel. Constants are computed in binary64 and rounded once.
Result<Graph> fold_batch_norm(const Graph& graph);

// A convolution or a sum takes in the activation behind it where that is a clamp: ReLU, ReLU6, hard tanh.
Result<Graph> fuse_activations(const Graph& graph);

// How the features become a descriptor. Integer features (s32) become codes and bits as they are; real ones
// (f32, f16, s8 codes) are L2-normalised first, so that one scale and one set of thresholds fit every image.
struct DescriptorEncoding {
  DataType type = DataType::f32;                  // f32, s8 or b1
  float scale = 1.0f;                             // s8: code = round(feature * scale)
  std::vector<std::int32_t> thresholds;           // b1 of integers: one per feature; empty: the sign
  std::vector<float> normalized_thresholds = {};  // b1 of real features: the same
};

// Flattens the features and appends what makes the descriptor of them.
//   f32            l2_normalize
//   s8             quantize;  of real features l2_normalize before it
//   b1             threshold; of real features sign
//   b1, medians    threshold; of real features l2_normalize, minus the thresholds, sign: the subtraction is a
//                  depthwise 1 x 1 convolution with weights 1, exact as to its sign, so bit = (x < threshold)
Result<Graph> encode_descriptor(const Graph& graph, const DescriptorEncoding& encoding);

}  // namespace bitplace
