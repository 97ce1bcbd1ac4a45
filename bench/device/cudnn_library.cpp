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
    if (choice_.number < 0)
      return make_error(ErrorCode::unsupported, "cudnn", "none of its plans for this shape runs");
    return {};
  }

  Status launch(cuda::Stream& stream) override {
    return run(static_cast<std::size_t>(choice_.number), stream);
  }
  double bytes() const override { return shape_.bytes(); }
  double seconds() const { return choice_.seconds; }

 private:
  // What cuDNN can do with bytes depends on its version and on the device.
  Status make_plans() {
    Status why = make_error(ErrorCode::unsupported, "cudnn", "it has no plan for this shape");
    for (const CudnnResults results : {CudnnResults::elements, CudnnResults::sums}) {
      if (results == CudnnResults::sums && type_ != LibraryType::s8) break;
      auto graph = make_cudnn_graph(handle_.get(), shape_, type_, results);
      if (!graph.ok()) {
        why = graph.error();
        continue;
      }
      graphs_.push_back(*std::move(graph));
      plans_ = make_cudnn_plans(handle_.get(), graphs_.back());
      if (!plans_.empty()) return {};
    }
    return why;
  }

  Status take_memory(cuda::Device& device) {
    constexpr std::size_t kLargestElement = 4;  // of sums
    const auto outputs = static_cast<std::size_t>(shape_.output_elements());
    std::size_t workspace_bytes = 256;
    for (const CudnnPlan& plan : plans_)
      workspace_bytes = std::max(workspace_bytes, plan.workspace_bytes);
    BITPLACE_ASSIGN(input, random_device_memory(device, shape_.input_elements(), type_));
    BITPLACE_ASSIGN(weights, random_device_memory(device, shape_.weight_elements(), type_));
    BITPLACE_ASSIGN(output, device.allocate(outputs * kLargestElement, "cuDNN's output"));
    BITPLACE_ASSIGN(workspace, device.allocate(workspace_bytes, "cuDNN's workspace"));
    memory_ = {input, weights, output, workspace};
    void* const addresses[] = {input.get(), weights.get(), output.get()};
    void* const work = workspace.get();
    return tensors_.set_array(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, addresses)
        .numbers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, {kInputId, kWeightId, kOutputId})
        .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, work)
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
  std::vector<cuda::Memory> memory_;
  CudnnDescriptor tensors_{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR};
  Choice choice_;
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

using MadeConvolution = Result<std::unique_ptr<CudnnConvolution>>;

MadeConvolution make_convolution(cuda::Device& device, const Handle& handle, const LibraryConvolution& shape,
                                 LibraryType type) {
  auto convolution = std::make_unique<CudnnConvolution>(handle, shape, type);
  BITPLACE_TRY(convolution->prepare(device));
  return convolution;
}

// cuDNN takes bytes of channels in fours, but multiplies them on tensor cores where they come in thirty-twos.
MadeWork make_bytes(cuda::Device& device, const Handle& handle, const ConvolutionProblem& problem,
                    int batch) {
  const auto in_fours = library_convolution(problem, batch, LibraryType::s8, 4);
  const auto in_full = library_convolution(problem, batch, LibraryType::s8, 32);
  auto narrow = make_convolution(device, handle, in_fours, LibraryType::s8);
  if (in_full.channels != in_fours.channels || in_full.filters != in_fours.filters) {
    auto wide = make_convolution(device, handle, in_full, LibraryType::s8);
    if (wide.ok() && (!narrow.ok() || (*wide)->seconds() < (*narrow)->seconds())) narrow = std::move(wide);
  }
  if (!narrow.ok()) return narrow.error();
  return std::unique_ptr<DeviceWork>(*std::move(narrow));
}

MadeWork make_halves(cuda::Device& device, const Handle& handle, const ConvolutionProblem& problem,
                     int batch) {
  const auto shape = library_convolution(problem, batch, LibraryType::f16, 1);
  auto made = make_convolution(device, handle, shape, LibraryType::f16);
  if (!made.ok()) return made.error();
  return std::unique_ptr<DeviceWork>(*std::move(made));
}

Library library(cuda::Device& device, const Handle& handle, const char* name,
                bool (*accepts)(const ConvolutionProblem&), decltype(&make_bytes) make) {
  return {name, version_text(), accepts,
          [&device, handle, make](const ConvolutionProblem& problem, int batch) -> MadeWork {
            return guarded([&] { return make(device, handle, problem, batch); });
          }};
}

}  // namespace

Result<std::vector<Library>> cudnn_libraries(cuda::Device& device, int device_number) {
  BITPLACE_ASSIGN(handle, open_cudnn(device_number));
  std::vector<Library> found;
  found.push_back(library(device, handle, "cudnn_s8", accepts_bytes, make_bytes));
  found.push_back(library(device, handle, "cudnn_f16", accepts_halves, make_halves));
  return found;
}

}  // namespace bitplace::bench
