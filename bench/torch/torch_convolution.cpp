#include "bench/torch/torch_convolution.h"

#include <torch/cuda.h>

#include <algorithm>
#include <chrono>

namespace bitplace::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRunSeconds = 10e-3;
constexpr int kMostCalls = 100;  // below what a driver queues
constexpr int kWarmCalls = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Until the device has done all that it was asked for.
void wait(at::Device device) {
  torch::cuda::synchronize(device.index());
}

at::Tensor random_halves(at::IntArrayRef sizes, at::Device device) {
  const auto options = at::TensorOptions().device(device).dtype(at::kHalf);
  return at::empty(sizes, options).uniform_(-1.0, 1.0).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

TorchBlocker::TorchBlocker(at::Device device) {
  constexpr std::int64_t kExtent = 2048;
  constexpr int kProducts = 20;
  const auto options = at::TensorOptions().device(device).dtype(at::kHalf);
  a_ = at::full({kExtent, kExtent}, 0.01, options);
  b_ = at::full({kExtent, kExtent}, 0.01, options);
  product_ = at::empty({kExtent, kExtent}, options);
  seconds_ = 1e-3;
  for (int repetition = 0; repetition < 3; ++repetition) {
    wait(device);
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < kProducts; ++i)
      at::mm_out(product_, a_, b_);
    wait(device);
    seconds_ = std::min(seconds_, seconds_since(start) / kProducts);
  }
}

void TorchBlocker::run(double seconds) {
  for (double asked = 0.0; asked < seconds; asked += seconds_)
    at::mm_out(product_, a_, b_);
}

TorchConvolution::TorchConvolution(const ConvolutionProblem& p, int batch, at::Device device)
    : device_(device),
      blocker_(device),
      input_(random_halves({batch, p.input_channels, p.input_height, p.input_width}, device)),
      weights_(random_halves(
          {p.output_channels, p.input_channels / p.groups, p.kernel_height, p.kernel_width}, device)),
      stride_{p.stride_height, p.stride_width},
      padding_{p.pad_top, p.pad_left},
      dilation_{p.dilation_height, p.dilation_width},
      groups_(p.groups) {
  for (int i = 0; i < kWarmCalls; ++i)
    call();
  wait(device_);
  const double once = seconds_of(0.0, 1);
  calls_ = static_cast<int>(std::clamp(kRunSeconds / once, 1.0, double{kMostCalls}));
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < calls_; ++i)
    call();
  host_seconds_ = seconds_since(start);
  wait(device_);
}

double TorchConvolution::bytes() const {
  const at::Tensor output = call();
  return 2.0 * static_cast<double>(input_.numel() + weights_.numel() + output.numel());
}

double TorchConvolution::run() {
  const double blocked = 1.5 * host_seconds_;
  const double all = seconds_of(blocked, calls_);
  const double blocker = seconds_of(blocked, 0);
  constexpr double kLeast = 1e-9;  // where the device's clock went up in between
  return std::max(all - blocker, kLeast);
}

at::Tensor TorchConvolution::call() const {
  return at::conv2d(input_, weights_, {}, stride_, padding_, dilation_, groups_);
}

double TorchConvolution::seconds_of(double blocked_seconds, int calls) {
  wait(device_);
  const Clock::time_point start = Clock::now();
  blocker_.run(blocked_seconds);
  for (int i = 0; i < calls; ++i)
    call();
  wait(device_);
  return seconds_since(start);
}

}  // namespace bitplace::bench
