// A convolution's row from its two halves: what is asked when a plan is made, and what runs in a frame.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

// Row has the baseline functions: accepts, packed_bytes, pack, scratch_bytes, prepare_tasks, run_tasks.
// Evaluated by the compiler only, so that no file built for an instruction set leaves code of it behind.
template <typename Row>
consteval ConvolutionKernel convolution_row(const char* name, IsaFeatures features,
                                            void (*prepare)(const ConvolutionCall&, std::int64_t),
                                            void (*run)(const ConvolutionCall&, std::int64_t)) {
  return {name,
          features,
          Row::accepts,
          Row::packed_bytes,
          Row::pack,
          Row::scratch_bytes,
          Row::prepare_tasks,
          prepare,
          Row::run_tasks,
          run};
}

}  // namespace bitplace
