#include "cuda/plan/device_name.h"

#include <charconv>
#include <string>
#include <string_view>

#include "core/error.h"
#include "cuda/common/architecture.h"

namespace bitplace::cuda {

Result<DeviceName> parse_device_name(const char* text) {
  constexpr std::string_view kPrefix = "cuda:";
  const std::string_view name = text != nullptr ? text : "";
  DeviceName device;
  if (name.empty() || name == "cpu") return device;
  device.kind = DeviceName::Kind::gpu;
  if (name == "cuda") return device;
  const Error unknown =
      make_error(ErrorCode::invalid_argument, "device '" + std::string(name) + "'",
                 "the choices are cpu, cuda, cuda:N for the N-th GPU from 0, and cuda:sm_87 or another "
                 "architecture to plan for a GPU that is not here");
  if (name.substr(0, kPrefix.size()) != kPrefix) return unknown;
  const std::string_view rest = name.substr(kPrefix.size());
  if (rest.substr(0, 3) == "sm_") {
    BITPLACE_ASSIGN(architecture, parse_architecture(std::string(rest)));
    device.kind = DeviceName::Kind::architecture;
    device.architecture = architecture;
    return device;
  }
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, device.number);
  if (rest.empty() || error != std::errc() || stop != end || device.number < 0) return unknown;
  return device;
}

}  // namespace bitplace::cuda
