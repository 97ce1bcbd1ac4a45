// A model prepared for this machine: kernels chosen, weights packed for them, every tensor placed in one
// arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bitplace/cpu.h"
#include "bitplace/export.h"
#include "bitplace/model.h"
#include "bitplace/result.h"

namespace bitplace {

struct PlanOptions {
  const char* isa = nullptr;  // cap by tier name; null: BITPLACE_MAX_ISA, or everything this CPU has
};

// What one step of the plan is, for people and for `vprconv explain`.
struct StepInfo {
  std::string layer;
  std::string operation;   // "convolution b1 x b1 5x5/1 + max-pool 2x2 + threshold"
  std::string kernel;      // "convolution_b1_b1__avx2_4x64"
  std::string isa;         // the tier that the kernel needs
  bool reference = false;  // a reference kernel runs although this build has faster ones
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
  static Result<Plan> create(const Model& model, const PlanOptions& options = {}) noexcept;

  const Model& model() const noexcept;
  IsaFeatures features() const noexcept;           // active when the kernels were chosen
  std::size_t packed_bytes() const noexcept;       // memory of the plan, shared by its describers
  std::size_t arena_bytes() const noexcept;        // memory of each describer
  const StepInfo& preprocessing() const noexcept;  // what runs before the steps
  const std::vector<StepInfo>& steps() const noexcept;

  struct Implementation;
  const std::shared_ptr<const Implementation>& implementation() const noexcept { return implementation_; }

 private:
  std::shared_ptr<const Implementation> implementation_;
};

}  // namespace bitplace
