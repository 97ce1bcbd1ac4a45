// A convolution of LibTorch in halves, timed on a GPU.
#pragma once

#include <torch/torch.h>

#include "kernels/common/convolution.h"

namespace bitplace::bench {

// Work that keeps the device busy for a while.
class TorchBlocker {
 public:
  explicit TorchBlocker(at::Device device);

  // Puts at least so much of it on the device; returns at once.
  void run(double seconds);

 private:
  at::Tensor a_, b_, product_;
  double seconds_;  // of one product of matrices
};

class TorchConvolution {
 public:
  // NHWC ("channels last"), random numbers; cuDNN tries its algorithms on the first call.
  TorchConvolution(const ConvolutionProblem& problem, int batch, at::Device device);

  int calls() const { return calls_; }
  double bytes() const;

  // Seconds that the device spends on calls() calls. The host takes longer to ask for a small layer than a
  // GPU to run it, so all calls are asked for while the device is kept busy, and the time of that is taken
  // off.
  double run();

 private:
  at::Tensor call() const;
  double seconds_of(double blocked_seconds, int calls);

  at::Device device_;
  TorchBlocker blocker_;
  at::Tensor input_, weights_;
  std::array<std::int64_t, 2> stride_, padding_, dilation_;
  std::int64_t groups_;
  int calls_ = 1;
  double host_seconds_ = 0.0;  // to ask for calls_ calls
};

}  // namespace bitplace::bench
