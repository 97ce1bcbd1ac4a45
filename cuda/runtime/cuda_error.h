// CUDA's errors as this library's.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "core/error.h"

namespace bitplace::cuda {

inline Error cuda_error(cudaError_t error, const std::string& what) {
  const ErrorCode code = error == cudaErrorMemoryAllocation ? ErrorCode::out_of_memory : ErrorCode::internal;
  return make_error(code, "cuda", what + ": " + cudaGetErrorString(error));
}

#define BITPLACE_CUDA_TRY(call, what)                                                   \
  do {                                                                                  \
    if (const cudaError_t bitplace_error = (call); bitplace_error != cudaSuccess) {     \
      static_cast<void>(cudaGetLastError()); /* one call's failure is not the next's */ \
      return cuda_error(bitplace_error, what);                                          \
    }                                                                                   \
  } while (false)

}  // namespace bitplace::cuda
