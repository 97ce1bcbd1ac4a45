// The kernels' tests, run on this machine's GPU.

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>

#include "cuda/runtime/device.h"

int main(int count, char** arguments) {
  constexpr int kSkipped = 77;
  const auto device = bitplace::cuda::open_device(0);
  if (!device.ok()) {
    std::printf("SKIPPED: %s\n", device.error().message());
    return kSkipped;
  }
  std::printf("on %s\n", (*device)->name().c_str());
  return Catch::Session().run(count, arguments);
}
