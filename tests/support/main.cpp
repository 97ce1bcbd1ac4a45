// Runs Catch2, prints the seed that replays a failure, and skips by name under an instruction set this CPU
// lacks.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "bitplace/cpu.h"
#include "support/random.h"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  const char* cap = std::getenv("BITPLACE_MAX_ISA");
  if (cap != nullptr) {
    const auto features = bitplace::active_features();
    if (!features.ok()) {
      std::printf("SKIPPED under %s: %s\n", cap, features.error().message());
      return kSkipped;
    }
  }
  std::printf("seed %llu (replay with BITPLACE_TEST_SEED)\n",
              static_cast<unsigned long long>(bitplace::test::seed()));
  return Catch::Session().run(argc, argv);
}
