// Where and how the arithmetic of training runs.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "bitplace/result.h"
#include "vprtrain/network.h"

namespace bitplace::train {

// "cpu" or "cuda"; error: unsupported where LibTorch has no CUDA or finds no device.
Result<torch::Device> open_device(const std::string& name);

// LibTorch's threads, and its deterministic algorithms where it has a choice.
void set_up_arithmetic(std::int64_t threads);

// While it lives, LibTorch multiplies in bf16 where that is harmless.
class Autocast {
 public:
  Autocast(const torch::Device& device, bool bf16);
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast();

 private:
  torch::DeviceType device_;
  bool on_;
};

// Bytes of images, NHWC, as the network's input: (pixel / 255 - mean) / deviation, NCHW with the channels
// last in memory.
torch::Tensor network_images(const std::uint8_t* pixels, std::int64_t count, const NetworkInput& input,
                             const torch::Device& device, torch::ScalarType type = torch::kFloat32);

// The seed of one draw: the same for the same run, purpose and index, whatever was drawn before.
std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t index);
inline constexpr std::uint64_t kSeedOfWeights = 1;
inline constexpr std::uint64_t kSeedOfBatches = 2;
inline constexpr std::uint64_t kSeedOfSteps = 3;  // dropout

}  // namespace bitplace::train
