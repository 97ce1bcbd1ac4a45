// Which instruction sets this CPU and operating system offer, and which of them bitplace may use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/export.h"
#include "bitplace/result.h"

namespace bitplace {

// One bit per group of instructions that some kernel needs. A kernel runs where all of its bits are active.
using IsaFeatures = std::uint32_t;
namespace isa_feature {
inline constexpr IsaFeatures sse42 = 1u << 0;            // SSE4.2 and POPCNT
inline constexpr IsaFeatures avx2 = 1u << 1;             // AVX2, FMA, F16C, BMI1, BMI2
inline constexpr IsaFeatures avxvnni = 1u << 2;          // AVX-VNNI
inline constexpr IsaFeatures avx512 = 1u << 3;           // AVX-512 F, BW, VL, DQ
inline constexpr IsaFeatures avx512vnni = 1u << 4;       // AVX-512 VNNI
inline constexpr IsaFeatures avx512vpopcntdq = 1u << 5;  // AVX-512 VPOPCNTDQ and BITALG
inline constexpr IsaFeatures neon = 1u << 8;             // Armv8-A Advanced SIMD
inline constexpr IsaFeatures neondot = 1u << 9;          // SDOT, UDOT
inline constexpr IsaFeatures neonfp16 = 1u << 10;        // FP16FML
inline constexpr IsaFeatures neoni8mm = 1u << 11;        // SMMLA, UMMLA, USDOT
// How fast, not whether: a kernel that names one of these is preferred on CPUs that have it, and left out
// elsewhere although it would run.
inline constexpr IsaFeatures fast_lookup16 =
    1u << 16;  // AVX-512 lookups of 16 bits in two registers: every cycle
inline constexpr IsaFeatures tuning = fast_lookup16;  // all of these
}  // namespace isa_feature

// The name of a tier and every feature it allows.
struct IsaTier {
  const char* name;
  IsaFeatures features;
};

// All tiers of this processor family in rising order, "ref" (portable C++, no feature) first.
BITPLACE_API const std::vector<IsaTier>& isa_tiers();

// What CPUID (with XGETBV for the register state that the operating system saves) or the auxiliary vector
// says.
BITPLACE_API IsaFeatures cpu_features() noexcept;

// The CPU's brand string, or "unknown CPU".
BITPLACE_API std::string cpu_name();

// The features to use under a cap: those of the CPU that the named tier has as well, and what the CPU does
// fast among them. A null or empty name means the environment variable BITPLACE_MAX_ISA, and no cap where
// that is unset. An unknown name, or a tier with a feature that this CPU lacks, is ErrorCode::unsupported_isa
// and names the choices: never a silent lower tier.
BITPLACE_API Result<IsaFeatures> active_features(const char* cap = nullptr) noexcept;

// The highest tier whose features are all in `features`.
BITPLACE_API const char* isa_name(IsaFeatures features) noexcept;

}  // namespace bitplace
