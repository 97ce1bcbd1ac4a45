// Running a kernel for the GPU on the host and comparing it with what the CPU's reference gives.
#pragma once

#include <vector>

#include "cuda/common/batched_call.h"
#include "cuda/common/emulate.h"
#include "kernels/elementwise_case.h"

namespace bitplace::test {

// Floats, halves and integers of every kind.
template <typename T>
std::vector<T> any_elements(std::size_t count, Random& random) {
  if constexpr (std::is_same_v<T, float>) {
    return any_floats(count, random);
  } else if constexpr (std::is_same_v<T, std::uint16_t>) {
    return any_halves(count, random);
  } else {
    std::vector<T> elements(count);
    for (T& element : elements)
      element = static_cast<T>(random.bits());
    return elements;
  }
}

// Emulates the kernel with the inputs and the output against either end of guarded memory, threads in either
// order. `make` is
//   make(Out* output, const In*... inputs)   the kernel's parameters
// Memory against the end is aligned to its elements only, so what is not a multiple of 16 bytes long begins
// where packets do not fit.
template <typename Out, typename Make, typename... In>
void check_kernel(const cuda::DeviceKernel& kernel, const std::vector<Out>& expected, Make make,
                  const std::vector<In>&... inputs) {
  for (const Placement placement : kPlacements) {
    const auto check = [&](const auto&... guarded) {
      for (const cuda::ThreadOrder order : {cuda::ThreadOrder::rising, cuda::ThreadOrder::falling}) {
        GuardedOutput<Out> output(expected.size(), 0, placement);
        const auto parameters = make(output.data(), guarded.data()...);
        emulate(kernel, &parameters, order);
        INFO(kernel.name << " with " << expected.size() << " results");
        CHECK(first_difference(output.data(), expected) == expected.size());
        CHECK(output.intact());
      }
    };
    check(GuardedInput<In>(inputs, 0, placement)...);
  }
}

}  // namespace bitplace::test
