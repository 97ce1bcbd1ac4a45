#include "bench/device/cudnn_library.h"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "bench/device/cudnn_graph.h"
#include "bench/device/fastest_choice.h"
#include "bench/device/library_memory.h"
#include "bench/device/native_stream.h"

namespace bitplace::bench {
namespace {

using Handle = std::shared_ptr<cudnnContext>;

class CudnnConvolution final : public DeviceWork {
 public:
  CudnnConvolution(Handle handle, const LibraryConvolution& shape, LibraryType type)
      : handle_(std::move(handle)), shape_(shape), type_(type) {}

  Status prepare(cuda::Device& device) {
    BITPLACE_TRY(make_plans());
    BITPLACE_TRY(take_memory(device));
    choice_ = fastest_choice(device, static_cast<int>(plans_.size()), [&](int choice, cuda::Stream& stream) {
      return run(static_cast<std::size_t>(choice), stream);
    });
    if (choice_ < 0)
      return make_error(ErrorCode::unsupported, "cudnn", "none of its plans for this shape runs");
    return {};
  }

  Status launch(cuda::Stream& stream) override { return run(static_cast<std::size_t>(choice_), stream); }
  double bytes() const override { return shape_.bytes(); }

 private:
  // What cuDNN can do with bytes depends on its version and on the device.
  Status make_plans() {
    Status why;
    for (const CudnnSums sums : {CudnnSums::scaled_s32, CudnnSums::scaled_f32, CudnnSums::raw_s32}) {
      auto graph = make_cudnn_graph(handle_.get(), shape_, type_, sums);
      if (!graph.ok()) {
        why = graph.error();
        continue;
      }
      graphs_.push_back(*std::move(graph));
      plans_ = make_cudnn_plans(handle_.get(), graphs_.back());
      scaled_ = type_ == LibraryType::s8 && sums != CudnnSums::raw_s32;
      if (!plans_.empty()) return {};
      if (type_ == LibraryType::f16) break;
      why = make_error(ErrorCode::unsupported, "cudnn", "it has no plan for this shape");
    }
    return why;
  }

  Status take_memory(cuda::Device& device) {
    constexpr std::size_t kLargestElement = 4;  // of raw sums
    constexpr float kFactor = 1.0f / 1024.0f;
    const auto outputs = static_cast<std::size_t>(shape_.output_elements());
    std::size_t workspace_bytes = 256;
    for (const CudnnPlan& plan : plans_)
      workspace_bytes = std::max(workspace_bytes, plan.workspace_bytes);
    BITPLACE_ASSIGN(input, random_device_memory(device, shape_.input_elements(), type_));
    BITPLACE_ASSIGN(weights, random_device_memory(device, shape_.weight_elements(), type_));
    BITPLACE_ASSIGN(output, device.allocate(outputs * kLargestElement, "cuDNN's output"));
    BITPLACE_ASSIGN(factor, device.allocate(sizeof kFactor, "a factor"));
    BITPLACE_TRY(device.upload(factor.get(), &kFactor, sizeof kFactor));
    BITPLACE_ASSIGN(workspace, device.allocate(workspace_bytes, "cuDNN's workspace"));
    memory_ = {input, weights, output, factor, workspace};
    return name_memory();
  }

  Status name_memory() {
    std::vector<std::int64_t> ids = {kInputId, kWeightId, kOutputId};
    if (scaled_) ids.push_back(kScaleId);
    std::vector<void*> addresses;
    for (std::size_t i = 0; i < ids.size(); ++i)
      addresses.push_back(memory_[i].get());
    void* workspace = memory_.back().get();
    return tensors_
        .set_array(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, ids.size(), addresses.data())
        .numbers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids)
        .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace)
        .finish("tensors");
  }

  Status run(std::size_t choice, cuda::Stream& stream) {
    return with_native_stream(stream, [&](void* native) -> Status {
      BITPLACE_TRY(cudnn_status(cudnnSetStream(handle_.get(), static_cast<cudaStream_t>(native)), "stream"));
      return cudnn_status(cudnnBackendExecute(handle_.get(), plans_[choice].plan.get(), tensors_.get()),
                          "a plan");
    });
  }

  Handle handle_;
  LibraryConvolution shape_;
  LibraryType type_;
  std::vector<CudnnGraph> graphs_;
  std::vector<CudnnPlan> plans_;
  bool scaled_ = false;
  std::vector<cuda::Memory> memory_;
  CudnnDescriptor tensors_{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR};
  int choice_ = -1;
};

Result<Handle> open_cudnn(int device_number) {
  cudnnHandle_t handle = nullptr;
  if (cudaSetDevice(device_number) != cudaSuccess)
    return make_error(ErrorCode::internal, "cudnn", "no device");
  BITPLACE_TRY(cudnn_status(cudnnCreate(&handle), "it cannot be begun"));
  return Handle(handle, [](cudnnContext* opened) { cudnnDestroy(opened); });
}

std::string version_text() {
  const std::size_t version = cudnnGetVersion();
  const std::size_t major = version >= 90000 ? version / 10000 : version / 1000;
  const std::size_t rest = version - major * (version >= 90000 ? 10000 : 1000);
  return std::to_string(major) + "." + std::to_string(rest / 100) + "." + std::to_string(rest % 100);
}

// cuDNN has no grouped convolutions of bytes.
bool accepts_bytes(const ConvolutionProblem& p) {
  return p.groups == 1;
}
bool accepts_halves(const ConvolutionProblem&) {
  return true;
}

Library library(cuda::Device& device, const Handle& handle, const char* name, LibraryType type,
                bool (*accepts)(const ConvolutionProblem&)) {
  return {name, version_text(), accepts,
          [&device, handle, type](const ConvolutionProblem& problem, int batch) -> MadeWork {
            return guarded([&]() -> MadeWork {
              const LibraryConvolution shape = library_convolution(problem, batch, type);
              auto convolution = std::make_unique<CudnnConvolution>(handle, shape, type);
              BITPLACE_TRY(convolution->prepare(device));
              return std::unique_ptr<DeviceWork>(std::move(convolution));
            });
          }};
}

}  // namespace

Result<std::vector<Library>> cudnn_libraries(cuda::Device& device, int device_number) {
  BITPLACE_ASSIGN(handle, open_cudnn(device_number));
  std::vector<Library> found;
  found.push_back(library(device, handle, "cudnn_s8", LibraryType::s8, accepts_bytes));
  found.push_back(library(device, handle, "cudnn_f16", LibraryType::f16, accepts_halves));
  return found;
}

}  // namespace bitplace::bench
