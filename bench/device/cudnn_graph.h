// A convolution as a graph of one operation of cuDNN's, and the plans that cuDNN offers for it.
#pragma once

#include <vector>

#include "bench/device/cudnn_descriptor.h"
#include "bench/device/library_shape.h"

namespace bitplace::bench {

// What the graph's tensors are called when a plan runs.
inline constexpr std::int64_t kInputId = 1, kWeightId = 2, kOutputId = 3;

// What becomes of sums of bytes: bytes again, scaled by one factor and saturated, or s32 where cuDNN has no
// plan for that. Sums of halves are f32 and become halves.
enum class CudnnResults { elements, sums };

// Descriptors that belong together, in the order in which they were made.
struct CudnnGraph {
  std::vector<CudnnDescriptor> parts;

  const CudnnDescriptor& graph() const { return parts.back(); }
};
Result<CudnnGraph> make_cudnn_graph(cudnnHandle_t handle, const LibraryConvolution& shape, LibraryType type,
                                    CudnnResults results);

struct CudnnPlan {
  CudnnDescriptor configuration;
  CudnnDescriptor plan;
  std::size_t workspace_bytes;
};
// The first few of those that cuDNN expects to be fast and that it can build, or those that it falls back to.
std::vector<CudnnPlan> make_cudnn_plans(cudnnHandle_t handle, const CudnnGraph& graph);

}  // namespace bitplace::bench
