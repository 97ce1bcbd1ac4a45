#include "bench/device/cudnn_graph.h"

namespace bitplace::bench {
namespace {

constexpr std::int64_t kAlignment = 16;
constexpr float kByteScale = 1.0f / 1024.0f;
// Of every list of cuDNN's; to build one may take a second.
constexpr std::size_t kMostPlans = 4;
constexpr std::size_t kMostWorkspace = std::size_t{1} << 30;

// NHWC in memory; extents in the order N, C, H, W.
struct Extents {
  std::int64_t n, c, h, w;
};

CudnnDescriptor tensor(std::int64_t id, cudnnDataType_t type, const Extents& e) {
  CudnnDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  tensor.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type)
      .numbers(CUDNN_ATTR_TENSOR_DIMENSIONS, {e.n, e.c, e.h, e.w})
      .numbers(CUDNN_ATTR_TENSOR_STRIDES, {e.h * e.w * e.c, 1, e.w * e.c, e.c})
      .numbers(CUDNN_ATTR_TENSOR_UNIQUE_ID, {id})
      .numbers(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {kAlignment});
  return tensor;
}

CudnnDescriptor convolution(const LibraryConvolution& c, LibraryType type) {
  CudnnDescriptor convolution(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  const cudnnDataType_t sums = type == LibraryType::s8 ? CUDNN_DATA_INT32 : CUDNN_DATA_FLOAT;
  const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  convolution.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, sums)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, mode)
      .numbers(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2})
      .numbers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {c.pad_top, c.pad_left})
      .numbers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {c.pad_bottom, c.pad_right})
      .numbers(CUDNN_ATTR_CONVOLUTION_DILATIONS, {c.dilation_height, c.dilation_width})
      .numbers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {c.stride_height, c.stride_width});
  return convolution;
}

// Adds descriptors to a graph; they stay where they are in its list.
class GraphBuilder {
 public:
  GraphBuilder() { graph_.parts.reserve(16); }

  // Its place in the list.
  Result<std::size_t> add(CudnnDescriptor descriptor, const char* what) {
    BITPLACE_TRY(descriptor.finish(what));
    graph_.parts.push_back(std::move(descriptor));
    return graph_.parts.size() - 1;
  }
  const CudnnDescriptor& operator[](std::size_t place) const { return graph_.parts[place]; }

  CudnnGraph take() { return std::move(graph_); }

 private:
  CudnnGraph graph_;
};

Result<std::size_t> add_convolution(GraphBuilder& graph, const LibraryConvolution& c, LibraryType type,
                                    CudnnResults results, std::size_t y) {
  const cudnnDataType_t element = type == LibraryType::s8 ? CUDNN_DATA_INT8 : CUDNN_DATA_HALF;
  BITPLACE_ASSIGN(x,
                  graph.add(tensor(kInputId, element, {c.batch, c.channels, c.height, c.width}), "an input"));
  const Extents filter = {c.filters, c.channels / c.groups, c.kernel_height, c.kernel_width};
  BITPLACE_ASSIGN(w, graph.add(tensor(kWeightId, element, filter), "weights"));
  BITPLACE_ASSIGN(rules, graph.add(convolution(c, type), "a convolution"));
  const float alpha = results == CudnnResults::elements && type == LibraryType::s8 ? kByteScale : 1.0f;
  const float beta = 0.0f;
  CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
  operation.part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, graph[x])
      .part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, graph[w])
      .part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, graph[y])
      .part(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, graph[rules])
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, alpha)
      .set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, beta);
  return graph.add(std::move(operation), "an operation of convolution");
}

// Appends plans of one of cuDNN's lists.
void add_plans(cudnnHandle_t handle, const CudnnGraph& graph, cudnnBackendHeurMode_t list,
               std::vector<CudnnPlan>* plans) {
  CudnnDescriptor advice(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  advice.part(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.graph())
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, list);
  if (!advice.finish("advice").ok()) return;
  std::vector<CudnnDescriptor> configurations;
  std::vector<cudnnBackendDescriptor_t> places;
  for (std::size_t i = 0; i < kMostPlans; ++i) {
    configurations.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    places.push_back(configurations.back().get());
  }
  std::int64_t count = 0;
  const cudnnStatus_t listed =
      cudnnBackendGetAttribute(advice.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                               static_cast<std::int64_t>(places.size()), &count, places.data());
  if (listed != CUDNN_STATUS_SUCCESS) return;
  for (std::size_t i = 0; i < configurations.size() && i < static_cast<std::size_t>(count); ++i) {
    CudnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, handle)
        .part(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configurations[i]);
    if (!plan.finish("a plan").ok()) continue;
    std::int64_t bytes = 0, one = 0;
    const cudnnStatus_t known = cudnnBackendGetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                                         CUDNN_TYPE_INT64, 1, &one, &bytes);
    if (known != CUDNN_STATUS_SUCCESS || static_cast<std::size_t>(bytes) > kMostWorkspace) continue;
    plans->push_back({std::move(configurations[i]), std::move(plan), static_cast<std::size_t>(bytes)});
  }
}

}  // namespace

Result<CudnnGraph> make_cudnn_graph(cudnnHandle_t handle, const LibraryConvolution& shape, LibraryType type,
                                    CudnnResults results) {
  GraphBuilder graph;
  const cudnnDataType_t byte_result = results == CudnnResults::elements ? CUDNN_DATA_INT8 : CUDNN_DATA_INT32;
  const cudnnDataType_t result = type == LibraryType::f16 ? CUDNN_DATA_HALF : byte_result;
  const Extents output = {shape.batch, shape.filters, shape.output_height, shape.output_width};
  BITPLACE_ASSIGN(y, graph.add(tensor(kOutputId, result, output), "an output"));
  BITPLACE_ASSIGN(operation, add_convolution(graph, shape, type, results, y));
  const cudnnBackendDescriptor_t operations[] = {graph[operation].get()};
  CudnnDescriptor whole(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  whole.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, handle)
      .set_array(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, operations);
  BITPLACE_TRY(graph.add(std::move(whole), "a graph"));
  return graph.take();
}

std::vector<CudnnPlan> make_cudnn_plans(cudnnHandle_t handle, const CudnnGraph& graph) {
  std::vector<CudnnPlan> plans;
  add_plans(handle, graph, CUDNN_HEUR_MODE_A, &plans);
  if (plans.empty()) add_plans(handle, graph, CUDNN_HEUR_MODE_FALLBACK, &plans);
  return plans;
}

}  // namespace bitplace::bench
