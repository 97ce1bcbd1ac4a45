// Runs of a device's convolution on the host: batches of images against the CPU's reference row, image by
// image.
#pragma once

#include <string>
#include <vector>

#include "cuda/common/convolution.h"
#include "cuda/common/emulate.h"
#include "kernels/guarded_memory.h"

namespace bitplace::test {

// A batch's images one behind another in memory that a wrong access does not survive; packed constants
// likewise, and read-only. `tile` is added to the row's name ("/64x64"), or "" for the tile that a launch
// would choose. Sets *damage to what was written outside the output.
struct DeviceRun {
  const cuda::DeviceConvolutionKernel* row;
  std::string tile;
  std::int32_t batch;
  cuda::ThreadOrder order;
  Placement placement;
};
std::vector<std::uint8_t> run_on_device(const DeviceRun& run, const ConvolutionProblem& problem,
                                        const ConvolutionConstants& constants,
                                        const std::vector<std::uint8_t>& images, std::size_t output_bytes,
                                        std::string* damage);

// What tests draw from: every row of a table with every tile, in turn.
class DeviceRuns {
 public:
  explicit DeviceRuns(KernelTable<cuda::DeviceConvolutionKernel> table);

  // The next one that accepts the problem, with a batch and placement of its own.
  DeviceRun next(const ConvolutionProblem& problem);
  // Rows with tiles that were never drawn, by name.
  std::string never_drawn() const;

 private:
  struct Choice {
    const cuda::DeviceConvolutionKernel* row;
    std::string tile;
    int drawn;
  };
  std::vector<Choice> choices_;
  std::size_t next_ = 0;
  int runs_ = 0;
};

}  // namespace bitplace::test
