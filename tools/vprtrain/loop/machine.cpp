#include "vprtrain/loop/machine.h"

#include <ATen/autocast_mode.h>

#include <algorithm>

#include "core/error.h"
#include "core/split_mix.h"

namespace bitplace::train {
namespace {

void enable_autocast(torch::DeviceType device, bool on) {
#if TORCH_VERSION_MAJOR >= 2
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, on);
#else
  if (device == torch::kCUDA) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(on);
  }
#endif
}

torch::Tensor per_channel(const std::array<float, 3>& values, const torch::Tensor& like) {
  return torch::tensor({values[0], values[1], values[2]})
      .view({1, 3, 1, 1})
      .to(like.device(), like.scalar_type());
}

}  // namespace

Result<torch::Device> open_device(const std::string& name) {
  if (name != "cuda") return torch::Device(torch::kCPU);
  if (!torch::cuda::is_available()) {
    return make_error(ErrorCode::unsupported, "--device cuda",
                      "this LibTorch has no CUDA, or finds no device");
  }
  return torch::Device(torch::kCUDA);
}

void set_up_arithmetic(std::int64_t threads) {
  torch::set_num_threads(static_cast<int>(threads));
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

Autocast::Autocast(const torch::Device& device, bool bf16) : device_(device.type()), on_(bf16) {
  if (on_) enable_autocast(device_, true);
}

Autocast::~Autocast() {
  if (!on_) return;
  enable_autocast(device_, false);
  at::autocast::clear_cache();  // of weights in bf16: the optimizer changes them
}

torch::Tensor network_images(const std::uint8_t* pixels, std::int64_t count, const NetworkInput& input,
                             const torch::Device& device, torch::ScalarType type) {
  // from_blob takes no pointer to const, and nothing is written through it.
  auto* bytes = const_cast<std::uint8_t*>(pixels);
  const torch::Tensor stored = torch::from_blob(bytes, {count, input.height, input.width, 3}, torch::kUInt8);
  const torch::Tensor images = stored.to(device).to(type).permute({0, 3, 1, 2}) / 255.0;
  return (images - per_channel(input.mean, images)) / per_channel(input.deviation, images);
}

std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t index) {
  std::uint64_t mixed = SplitMix64(seed).next();
  mixed = SplitMix64(mixed ^ purpose).next();
  return SplitMix64(mixed ^ index).next();
}

}  // namespace bitplace::train
