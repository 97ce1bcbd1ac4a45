// Libraries on the same shapes, beside our rows.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/device/device_work.h"
#include "kernels/common/convolution.h"

namespace bitplace::bench {

// One way in which a library does a layer. Whatever it offers is tried, and the fastest is taken.
struct Library {
  std::string name;     // "cudnn_s8"
  std::string version;  // "9.19.0"
  bool (*accepts)(const ConvolutionProblem&);
  std::function<MadeWork(const ConvolutionProblem&, int batch)> make;
};

struct Libraries {
  std::vector<Library> ways;
  // For people: "cudnn" and its version, or why there is none.
  std::vector<std::pair<std::string, std::string>> notes;
};
// Those that this build has and that can be begun on this device, which must live as long.
Libraries open_libraries(cuda::Device& device, int device_number);

}  // namespace bitplace::bench
