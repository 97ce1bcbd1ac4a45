// A model prepared for this machine: kernels chosen, weights packed for them, every tensor placed in one
// arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/cpu.h"
#include "bitplace/export.h"
#include "bitplace/model.h"
#include "bitplace/result.h"

namespace bitplace {

struct PlanOptions {
  const char* isa = nullptr;  // cap by tier name; null: BITPLACE_MAX_ISA, or everything this CPU has
  // Where the model will run: "cpu" (as null is), "cuda" or "cuda:N" for this machine's first or N-th GPU
  // from 0, to which the weights are uploaded once; or "cuda:sm_87", an architecture by name, which needs no
  // GPU: such a plan can be looked at but makes no describer.
  const char* device = nullptr;
};

// What one step of the plan is, for people and for `vprconv explain`.
struct StepInfo {
  std::string layer;
  std::string operation;   // "convolution b1 x b1 5x5/1 + max-pool 2x2 + threshold"
  std::string kernel;      // "convolution_b1_b1__avx2_4x64"
  std::string isa;         // the tier that the kernel needs; on a GPU its architecture, "sm_87"
  bool reference = false;  // a reference kernel runs although this build has faster ones
  std::string
      instruction;  // on a GPU: what its machine code is known to use, "BMMA.88128.XOR.POPC", or empty
  // The kernels that stand before it in its table, each with the reason why it was not taken:
  // "avx512vnni_7x64 (needs avx512vnni), avx2_rgb4x32 (another shape)". Empty where none does.
  std::string passed_over;
  std::int64_t multiply_accumulates = 0;
  std::size_t packed_bytes = 0;
  std::size_t output_offset = 0;  // in the arena
  std::size_t output_bytes = 0;
  std::size_t scratch_bytes = 0;
};

// Immutable, cheap to copy and safe to share between threads.
class BITPLACE_API Plan {
 public:
  // Errors of devices: invalid_argument (an unknown name); unsupported (a build without GPU kernels, no such
  // device or no driver, a layer that no kernel for GPUs runs, by name); out_of_memory.
  static Result<Plan> create(const Model& model, const PlanOptions& options = {}) noexcept;

  const Model& model() const noexcept;
  IsaFeatures features() const noexcept;  // active when the kernels were chosen
  const char* device() const noexcept;    // "cpu", "cuda:0 (NVIDIA H200)", "sm_87"
  // Memory on the device; nothing of a describer's is taken before one is made.
  std::size_t packed_bytes() const noexcept;  // of the plan, shared by its describers
  std::size_t arena_bytes() const noexcept;   // of each describer
  // Of each describer of so many images at a time, without the images themselves. On the CPU any batch needs
  // the same. Errors: invalid_argument (batch below 1, or on a GPU above what the kernels count, with that
  // number).
  Result<std::size_t> arena_bytes(int batch) const noexcept;
  const StepInfo& preprocessing() const noexcept;  // what runs before the steps
  const std::vector<StepInfo>& steps() const noexcept;

  struct Implementation;
  Plan() = default;
  explicit Plan(std::shared_ptr<const Implementation> implementation) noexcept
      : implementation_(std::move(implementation)) {}
  const std::shared_ptr<const Implementation>& implementation() const noexcept { return implementation_; }

 private:
  std::shared_ptr<const Implementation> implementation_;
};

}  // namespace bitplace
