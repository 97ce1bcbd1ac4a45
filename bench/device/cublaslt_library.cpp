#include "bench/device/cublaslt_library.h"

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <array>

#include "bench/device/fastest_choice.h"
#include "bench/device/library_memory.h"
#include "bench/device/library_shape.h"
#include "bench/device/native_stream.h"
#include "core/error.h"

namespace bitplace::bench {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr int kMostChoices = 8;

using Handle = std::shared_ptr<cublasLtContext>;

Status cublas_status(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return {};
  return make_error(ErrorCode::unsupported, "cublaslt", what, cublasLtGetStatusString(status));
}

template <typename Descriptor, cublasStatus_t (*kDestroy)(Descriptor)>
struct Destroy {
  using pointer = Descriptor;
  void operator()(Descriptor descriptor) const { kDestroy(descriptor); }
};
template <typename Descriptor, cublasStatus_t (*kDestroy)(Descriptor)>
using Owned = std::unique_ptr<std::remove_pointer_t<Descriptor>, Destroy<Descriptor, kDestroy>>;
using Operation = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

// Columns lie one behind another.
Result<Layout> layout(cudaDataType_t type, std::int64_t rows, std::int64_t columns) {
  cublasLtMatrixLayout_t made = nullptr;
  BITPLACE_TRY(cublas_status(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(rows),
                                                        static_cast<std::uint64_t>(columns), rows),
                             "a matrix"));
  return Layout(made);
}

// results = weights^T x windows, each with its depth or its filters side by side in memory: ours to the last
// element, as cuBLASLt's matrices have their columns side by side.
class Product final : public DeviceWork {
 public:
  Product(Handle handle, const LibraryProduct& shape, LibraryType type)
      : handle_(std::move(handle)), shape_(shape), type_(type) {}

  Status prepare(cuda::Device& device) {
    BITPLACE_TRY(describe());
    BITPLACE_TRY(ask_for_choices());
    BITPLACE_ASSIGN(weights, random_device_memory(device, shape_.filters * shape_.depth, type_));
    BITPLACE_ASSIGN(windows, random_device_memory(device, shape_.windows * shape_.depth, type_));
    const std::int64_t result_bytes = shape_.windows * shape_.filters * shape_.element_bytes;
    BITPLACE_ASSIGN(results, device.allocate(static_cast<std::size_t>(result_bytes), "cuBLASLt's results"));
    BITPLACE_ASSIGN(workspace, device.allocate(kWorkspaceBytes, "cuBLASLt's workspace"));
    weights_ = weights;
    windows_ = windows;
    results_ = results;
    workspace_ = workspace;
    choice_ =
        fastest_choice(device, count_, [&](int choice, cuda::Stream& stream) { return run(choice, stream); });
    if (choice_.number < 0)
      return make_error(ErrorCode::unsupported, "cublaslt", "nothing that it offers runs");
    return {};
  }

  Status launch(cuda::Stream& stream) override { return run(choice_.number, stream); }
  double bytes() const override { return shape_.bytes(); }

 private:
  Status describe() {
    const bool bytes = type_ == LibraryType::s8;
    const cudaDataType_t element = bytes ? CUDA_R_8I : CUDA_R_16F;
    cublasLtMatmulDesc_t operation = nullptr;
    BITPLACE_TRY(cublas_status(
        cublasLtMatmulDescCreate(&operation, bytes ? CUBLAS_COMPUTE_32I : CUBLAS_COMPUTE_32F, CUDA_R_32F),
        "a product"));
    operation_.reset(operation);
    const cublasOperation_t transposed = CUBLAS_OP_T;
    BITPLACE_TRY(cublas_status(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA,
                                                              &transposed, sizeof transposed),
                               "transposed weights"));
    BITPLACE_ASSIGN(weights, layout(element, shape_.depth, shape_.filters));
    BITPLACE_ASSIGN(windows, layout(element, shape_.depth, shape_.windows));
    BITPLACE_ASSIGN(results, layout(element, shape_.filters, shape_.windows));
    weight_layout_ = std::move(weights);
    window_layout_ = std::move(windows);
    result_layout_ = std::move(results);
    return {};
  }

  Status ask_for_choices() {
    cublasLtMatmulPreference_t made = nullptr;
    BITPLACE_TRY(cublas_status(cublasLtMatmulPreferenceCreate(&made), "a preference"));
    const Preference preference(made);
    BITPLACE_TRY(
        cublas_status(cublasLtMatmulPreferenceSetAttribute(made, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                           &kWorkspaceBytes, sizeof kWorkspaceBytes),
                      "a workspace"));
    return cublas_status(
        cublasLtMatmulAlgoGetHeuristic(handle_.get(), operation_.get(), weight_layout_.get(),
                                       window_layout_.get(), result_layout_.get(), result_layout_.get(), made,
                                       kMostChoices, choices_.data(), &count_),
        "this shape");
  }

  Status run(int choice, cuda::Stream& stream) {
    const cublasLtMatmulHeuristicResult_t& chosen = choices_[static_cast<std::size_t>(choice)];
    BITPLACE_TRY(cublas_status(chosen.state, "an algorithm"));
    // Sums of bytes come back as bytes.
    const float alpha = type_ == LibraryType::s8 ? 1.0f / 1024.0f : 1.0f, beta = 0.0f;
    return with_native_stream(stream, [&](void* native) {
      return cublas_status(
          cublasLtMatmul(handle_.get(), operation_.get(), &alpha, weights_.get(), weight_layout_.get(),
                         windows_.get(), window_layout_.get(), &beta, results_.get(), result_layout_.get(),
                         results_.get(), result_layout_.get(), &chosen.algo, workspace_.get(),
                         kWorkspaceBytes, static_cast<cudaStream_t>(native)),
          "a product");
    });
  }

  Handle handle_;
  LibraryProduct shape_;
  LibraryType type_;
  Operation operation_;
  Layout weight_layout_, window_layout_, result_layout_;
  std::array<cublasLtMatmulHeuristicResult_t, kMostChoices> choices_{};
  int count_ = 0;
  Choice choice_;
  cuda::Memory weights_, windows_, results_, workspace_;
};

bool accepts(const ConvolutionProblem& p) {
  return p.groups == 1;
}

std::string version_text() {
  const std::size_t version = cublasLtGetVersion();
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

Library library(cuda::Device& device, const Handle& handle, const char* name, LibraryType type) {
  return {name, version_text(), accepts,
          [&device, handle, type](const ConvolutionProblem& problem, int batch) -> MadeWork {
            return guarded([&]() -> MadeWork {
              auto product = std::make_unique<Product>(handle, library_product(problem, batch, type), type);
              BITPLACE_TRY(product->prepare(device));
              return std::unique_ptr<DeviceWork>(std::move(product));
            });
          }};
}

}  // namespace

Result<std::vector<Library>> cublaslt_libraries(cuda::Device& device, int device_number) {
  cublasLtHandle_t made = nullptr;
  if (cudaSetDevice(device_number) != cudaSuccess)
    return make_error(ErrorCode::internal, "cublaslt", "no device");
  BITPLACE_TRY(cublas_status(cublasLtCreate(&made), "it cannot be begun"));
  const Handle handle(made, [](cublasLtContext* opened) { cublasLtDestroy(opened); });
  std::vector<Library> found;
  found.push_back(library(device, handle, "cublaslt_s8", LibraryType::s8));
  found.push_back(library(device, handle, "cublaslt_f16", LibraryType::f16));
  return found;
}

}  // namespace bitplace::bench
