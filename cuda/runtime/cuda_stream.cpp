#include "cuda/runtime/cuda_stream.h"

#include <vector>

#include "cuda/runtime/cuda_error.h"

namespace bitplace::cuda {
namespace {

class CudaRecording final : public Recording {
 public:
  explicit CudaRecording(cudaGraphExec_t graph) : graph_(graph) {}
  CudaRecording(const CudaRecording&) = delete;
  CudaRecording& operator=(const CudaRecording&) = delete;
  ~CudaRecording() override { cudaGraphExecDestroy(graph_); }

  cudaGraphExec_t graph() const { return graph_; }

 private:
  cudaGraphExec_t graph_;
};

class CudaStream final : public Stream {
 public:
  CudaStream(int device, std::string device_name, cudaStream_t stream)
      : device_(device), device_name_(std::move(device_name)), stream_(stream) {}
  CudaStream(const CudaStream&) = delete;
  CudaStream& operator=(const CudaStream&) = delete;
  ~CudaStream() override {
    for (const cudaEvent_t event : events_) {
      if (event != nullptr) cudaEventDestroy(event);
    }
    cudaStreamDestroy(stream_);
  }

  Status copy_to_device(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes, cudaMemcpyHostToDevice);
  }
  Status copy_to_host(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes, cudaMemcpyDeviceToHost);
  }

  Status clear(void* memory, std::size_t bytes) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(cudaMemsetAsync(memory, 0, bytes, stream_), device_name_ + ": clear");
    return {};
  }

  Status launch(const DeviceKernel& kernel, const void* parameters, std::size_t) override {
    if (kernel.launch == nullptr) {
      return make_error(ErrorCode::unsupported, device_name_,
                        std::string(kernel.name) + " is not part of this build");
    }
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(static_cast<cudaError_t>(kernel.launch(parameters, stream_)),
                      device_name_ + ": " + kernel.name);
    return {};
  }

  Result<std::unique_ptr<Recording>> record(const std::function<Status()>& work) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal),
                      device_name_ + ": begin of a capture");
    const Status status = work();
    cudaGraph_t graph = nullptr;
    const cudaError_t ended = cudaStreamEndCapture(stream_, &graph);
    const std::unique_ptr<CUgraph_st, decltype(&cudaGraphDestroy)> owner(graph, cudaGraphDestroy);
    if (!status.ok()) {
      static_cast<void>(cudaGetLastError());  // the capture's failure is not the next launch's
      return status.error();
    }
    BITPLACE_CUDA_TRY(ended, device_name_ + ": end of a capture");
    cudaGraphExec_t executable = nullptr;
    BITPLACE_CUDA_TRY(instantiate(&executable, graph), device_name_ + ": a captured frame");
    return std::unique_ptr<Recording>(std::make_unique<CudaRecording>(executable));
  }

  Status replay(const Recording& recording) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(cudaGraphLaunch(static_cast<const CudaRecording&>(recording).graph(), stream_),
                      device_name_ + ": a captured frame");
    return {};
  }

  Status synchronize() override {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(cudaStreamSynchronize(stream_), device_name_);
    return {};
  }

  Status mark(std::size_t number) override {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    if (events_.size() <= number) events_.resize(number + 1, nullptr);
    if (events_[number] == nullptr) BITPLACE_CUDA_TRY(cudaEventCreate(&events_[number]), device_name_);
    BITPLACE_CUDA_TRY(cudaEventRecord(events_[number], stream_), device_name_);
    return {};
  }

  Result<std::int64_t> nanoseconds_between(std::size_t first, std::size_t second) override {
    float milliseconds = 0.0f;
    BITPLACE_CUDA_TRY(cudaEventElapsedTime(&milliseconds, events_.at(first), events_.at(second)),
                      device_name_);
    return static_cast<std::int64_t>(static_cast<double>(milliseconds) * 1e6);
  }

 private:
  Status copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    BITPLACE_CUDA_TRY(cudaSetDevice(device_), device_name_);
    BITPLACE_CUDA_TRY(cudaMemcpyAsync(to, from, bytes, kind, stream_), device_name_ + ": copy");
    return {};
  }

  // Its parameters changed with CUDA 12.
  static cudaError_t instantiate(cudaGraphExec_t* executable, cudaGraph_t graph) {
#if CUDART_VERSION >= 12000
    return cudaGraphInstantiate(executable, graph, 0);
#else
    return cudaGraphInstantiate(executable, graph, nullptr, nullptr, 0);
#endif
  }

  int device_;
  std::string device_name_;
  cudaStream_t stream_;
  std::vector<cudaEvent_t> events_;
};

}  // namespace

Result<std::unique_ptr<Stream>> create_cuda_stream(int device, const std::string& device_name) {
  BITPLACE_CUDA_TRY(cudaSetDevice(device), device_name);
  cudaStream_t stream = nullptr;
  BITPLACE_CUDA_TRY(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), device_name + ": stream");
  return std::unique_ptr<Stream>(std::make_unique<CudaStream>(device, device_name, stream));
}

}  // namespace bitplace::cuda
