// A convolution as a graph of cuDNN's operations, and the plans that cuDNN offers for it.
#pragma once

#include <vector>

#include "bench/device/cudnn_descriptor.h"
#include "bench/device/library_shape.h"

namespace bitplace::bench {

// What the graph's tensors are called when a plan runs.
inline constexpr std::int64_t kInputId = 1, kWeightId = 2, kOutputId = 3, kScaleId = 4;

// What becomes of sums of bytes. Halves are one operation: sums in f32, results in f16.
enum class CudnnSums {
  scaled_s32,  // s32 sums times an f32 factor, to s8: what our layers do, but for the bias
  scaled_f32,  // the same with sums that become f32 between the two operations
  raw_s32,     // the sums
};

// Descriptors that belong together, in the order in which they were made.
struct CudnnGraph {
  std::vector<CudnnDescriptor> parts;

  const CudnnDescriptor& graph() const { return parts.back(); }
};
Result<CudnnGraph> make_cudnn_graph(cudnnHandle_t handle, const LibraryConvolution& shape, LibraryType type,
                                    CudnnSums sums);

struct CudnnPlan {
  CudnnDescriptor configuration;
  CudnnDescriptor plan;
  std::size_t workspace_bytes;
};
// The first few of those that cuDNN expects to be fast and that it can build, or those that it falls back to.
std::vector<CudnnPlan> make_cudnn_plans(cudnnHandle_t handle, const CudnnGraph& graph);

}  // namespace bitplace::bench
