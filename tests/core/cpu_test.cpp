#include "bitplace/cpu.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace bitplace;

TEST_CASE("the reference tier needs no feature and comes first") {
  REQUIRE(std::strcmp(isa_tiers().front().name, "ref") == 0);
  REQUIRE(isa_tiers().front().features == 0);
}

TEST_CASE("a cap gives exactly the features of its tier") {
  for (const IsaTier& tier : isa_tiers()) {
    const Result<IsaFeatures> features = active_features(tier.name);
    if ((tier.features & ~cpu_features()) == 0) {
      REQUIRE(features.ok());
      CHECK((*features & ~isa_feature::tuning) == tier.features);
      CHECK((*features & ~cpu_features()) == 0);
      CHECK(std::string(isa_name(*features)) == tier.name);
    } else {
      REQUIRE_FALSE(features.ok());
      CHECK(features.error().code() == ErrorCode::unsupported_isa);
    }
  }
}

TEST_CASE("an unknown name is an error that lists what this CPU has") {
  const Result<IsaFeatures> features = active_features("pentium");
  REQUIRE_FALSE(features.ok());
  CHECK(features.error().code() == ErrorCode::unsupported_isa);
  CHECK(std::string(features.error().message()).find("ref") != std::string::npos);
}

TEST_CASE("the CPU has a name") {
  CHECK_FALSE(cpu_name().empty());
}

#if BITPLACE_ARM64
// Run under an emulator of a known core, which is named in the environment together with its tier.
TEST_CASE("a known core is recognised by name and tier") {
  const char* name = std::getenv("BITPLACE_TEST_CPU");
  const char* tier = std::getenv("BITPLACE_TEST_CPU_TIER");
  if (name == nullptr || tier == nullptr) {
    std::printf("SKIPPED: BITPLACE_TEST_CPU and BITPLACE_TEST_CPU_TIER do not say which core this is\n");
    return;
  }
  CHECK(cpu_name() == name);
  CHECK(std::string(isa_name(cpu_features())) == tier);
}
#endif
