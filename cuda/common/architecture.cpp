#include "cuda/common/architecture.h"

#include "core/error.h"

namespace bitplace::cuda {

const std::vector<int>& architectures() {
  static const std::vector<int> list = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};
  return list;
}

std::string architecture_name(int architecture) {
  return "sm_" + std::to_string(architecture);
}

Result<int> parse_architecture(const std::string& text) {
  std::string choices;
  for (const int architecture : architectures()) {
    const std::string name = architecture_name(architecture);
    if (text == name || "sm_" + text == name) return architecture;
    choices += (choices.empty() ? "" : ", ") + name;
  }
  return Error(ErrorCode::invalid_argument,
               "\"" + text + "\" is no architecture that the CUDA kernels know: " + choices);
}

}  // namespace bitplace::cuda
