#include "bitplace/cpu.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/error.h"

#if BITPLACE_X86
#include <cpuid.h>
#elif BITPLACE_ARM64
#include <sys/auxv.h>
#endif

namespace bitplace {
namespace {

using namespace isa_feature;

#if BITPLACE_X86

struct CpuidRegisters {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

CpuidRegisters cpuid(unsigned leaf, unsigned subleaf) {
  CpuidRegisters r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

bool has_bits(unsigned value, std::initializer_list<int> bits) {
  for (const int bit : bits) {
    if ((value >> bit & 1) == 0) return false;
  }
  return true;
}

// Register state that the operating system saves on a context switch (XCR0).
unsigned long long saved_state() {
  unsigned low = 0;
  unsigned high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<unsigned long long>(high) << 32) | low;
}

// vpermi2w is one operation on AMD since Zen 4 (family 19h; measured there), and by published tables three on
// Intel, two of them on the one port that permutes.
bool looks_up_fast(unsigned signature) {
  constexpr unsigned kZen4Family = 0x19;
  const CpuidRegisters vendor = cpuid(0, 0);
  char name[12];
  std::memcpy(name, &vendor.ebx, 4);
  std::memcpy(name + 4, &vendor.edx, 4);
  std::memcpy(name + 8, &vendor.ecx, 4);
  const unsigned family = (signature >> 8 & 0xf) + (signature >> 20 & 0xff);
  return std::memcmp(name, "AuthenticAMD", sizeof name) == 0 && family >= kZen4Family;
}

IsaFeatures detect() {
  IsaFeatures found = 0;
  const CpuidRegisters basic = cpuid(1, 0);
  const CpuidRegisters extended = cpuid(7, 0);
  const CpuidRegisters extended1 = cpuid(7, 1);
  if (!has_bits(basic.ecx, {19, 20, 23})) return found;  // SSE4.1, SSE4.2, POPCNT
  found |= sse42;
  if (!has_bits(basic.ecx, {27})) return found;  // OSXSAVE: xgetbv exists
  constexpr unsigned long long kAvxState = 0x6;
  constexpr unsigned long long kAvx512State = 0xe6;
  const unsigned long long state = saved_state();
  const bool fma_f16c_avx = has_bits(basic.ecx, {12, 29, 28});
  const bool avx2_bmi = has_bits(extended.ebx, {5, 3, 8});
  if ((state & kAvxState) != kAvxState || !fma_f16c_avx || !avx2_bmi) return found;
  found |= avx2;
  if (has_bits(extended1.eax, {4})) found |= avxvnni;
  if ((state & kAvx512State) != kAvx512State || !has_bits(extended.ebx, {16, 17, 30, 31})) return found;
  found |= avx512;
  if (looks_up_fast(basic.eax)) found |= fast_lookup16;
  if (!has_bits(extended.ecx, {11})) return found;
  found |= avx512vnni;
  if (has_bits(extended.ecx, {14, 12})) found |= avx512vpopcntdq;
  return found;
}

const std::vector<IsaTier>& tiers() {
  static const std::vector<IsaTier> kTiers = {
      {"ref", 0},
      {"sse42", sse42},
      {"avx2", sse42 | avx2},
      {"avxvnni", sse42 | avx2 | avxvnni},
      {"avx512", sse42 | avx2 | avx512},
      {"avx512vnni", sse42 | avx2 | avx512 | avx512vnni},
      {"avx512vpopcntdq", sse42 | avx2 | avx512 | avx512vnni | avx512vpopcntdq},
  };
  return kTiers;
}

#elif BITPLACE_ARM64

IsaFeatures detect() {
  IsaFeatures found = neon;
  const unsigned long first = getauxval(AT_HWCAP);
  const unsigned long second = getauxval(AT_HWCAP2);
  constexpr unsigned long kDotProduct = 1ul << 20;    // HWCAP_ASIMDDP
  constexpr unsigned long kHalfMultiply = 1ul << 23;  // HWCAP_ASIMDFHM
  constexpr unsigned long kInt8Matrix = 1ul << 13;    // HWCAP2_I8MM
  if ((first & kDotProduct) == 0) return found;
  found |= neondot;
  if ((first & kHalfMultiply) == 0) return found;
  found |= neonfp16;
  if ((second & kInt8Matrix) != 0) found |= neoni8mm;
  return found;
}

struct ArmCore {
  unsigned implementer, part;
  const char* name;
};

// The cores that people link this library on; others are named by their numbers.
constexpr ArmCore kArmCores[] = {
    {0x41, 0xd03, "Cortex-A53"},      {0x41, 0xd04, "Cortex-A35"},    {0x41, 0xd05, "Cortex-A55"},
    {0x41, 0xd07, "Cortex-A57"},      {0x41, 0xd08, "Cortex-A72"},    {0x41, 0xd09, "Cortex-A73"},
    {0x41, 0xd0a, "Cortex-A75"},      {0x41, 0xd0b, "Cortex-A76"},    {0x41, 0xd0c, "Neoverse N1"},
    {0x41, 0xd0d, "Cortex-A77"},      {0x41, 0xd0e, "Cortex-A76AE"},  {0x41, 0xd40, "Neoverse V1"},
    {0x41, 0xd41, "Cortex-A78"},      {0x41, 0xd42, "Cortex-A78AE"},  {0x41, 0xd44, "Cortex-X1"},
    {0x41, 0xd46, "Cortex-A510"},     {0x41, 0xd47, "Cortex-A710"},   {0x41, 0xd49, "Neoverse N2"},
    {0x41, 0xd4b, "Cortex-A78C"},     {0x41, 0xd4f, "Neoverse V2"},   {0x41, 0xd80, "Cortex-A520"},
    {0x4e, 0x003, "NVIDIA Denver 2"}, {0x4e, 0x004, "NVIDIA Carmel"},
};

// The main ID register of the core that this runs on; the kernel answers for it where HWCAP_CPUID says so.
std::string arm_core_name() {
  constexpr unsigned long kCpuid = 1ul << 11;
  if ((getauxval(AT_HWCAP) & kCpuid) == 0) return "unknown CPU";
  unsigned long id = 0;
  __asm__("mrs %0, midr_el1" : "=r"(id));
  const auto implementer = static_cast<unsigned>(id >> 24 & 0xff);
  const auto part = static_cast<unsigned>(id >> 4 & 0xfff);
  for (const ArmCore& core : kArmCores) {
    if (core.implementer == implementer && core.part == part) return core.name;
  }
  char text[64];
  std::snprintf(text, sizeof(text), "64-bit Arm, implementer 0x%02x, part 0x%03x", implementer, part);
  return text;
}

const std::vector<IsaTier>& tiers() {
  static const std::vector<IsaTier> kTiers = {
      {"ref", 0},
      {"neon", neon},
      {"neondot", neon | neondot},
      {"neonfp16", neon | neondot | neonfp16},
      {"neoni8mm", neon | neondot | neonfp16 | neoni8mm},
  };
  return kTiers;
}

#else

IsaFeatures detect() {
  return 0;
}

const std::vector<IsaTier>& tiers() {
  static const std::vector<IsaTier> kTiers = {{"ref", 0}};
  return kTiers;
}

#endif

// What this CPU does fast of a tier's instructions.
IsaFeatures tuning_of(IsaFeatures tier) {
  return (tier & avx512) != 0 ? cpu_features() & tuning : 0;
}

std::string available_tiers() {
  std::string names;
  for (const IsaTier& tier : tiers()) {
    if ((tier.features & ~cpu_features()) != 0) continue;
    if (!names.empty()) names += ", ";
    names += tier.name;
  }
  return names;
}

}  // namespace

const std::vector<IsaTier>& isa_tiers() {
  return tiers();
}

IsaFeatures cpu_features() noexcept {
  static const IsaFeatures kFeatures = detect();
  return kFeatures;
}

std::string cpu_name() {
#if BITPLACE_X86
  auto highest = static_cast<unsigned>(__get_cpuid_max(0x80000000u, nullptr));
  if (highest >= 0x80000004u) {
    char brand[49] = {};
    for (unsigned i = 0; i < 3; ++i) {
      const CpuidRegisters r = cpuid(0x80000002u + i, 0);
      std::memcpy(brand + std::size_t{16} * i, &r, 16);
    }
    return brand;
  }
#elif BITPLACE_ARM64
  return arm_core_name();
#endif
  return "unknown CPU";
}

Result<IsaFeatures> active_features(const char* cap) noexcept {
  return guarded([&]() -> Result<IsaFeatures> {
    const char* source = "isa";
    if (cap == nullptr || *cap == '\0') {
      cap = std::getenv("BITPLACE_MAX_ISA");
      source = "BITPLACE_MAX_ISA";
    }
    if (cap == nullptr || *cap == '\0') return cpu_features();
    for (const IsaTier& tier : tiers()) {
      if (std::strcmp(tier.name, cap) != 0) continue;
      if ((tier.features & ~cpu_features()) == 0) return tier.features | tuning_of(tier.features);
      return make_error(ErrorCode::unsupported_isa, source,
                        std::string("this CPU does not have ") + cap + "; it has " + available_tiers());
    }
    return make_error(
        ErrorCode::unsupported_isa, source,
        std::string("no instruction set is called '") + cap + "'; this CPU has " + available_tiers());
  });
}

const char* isa_name(IsaFeatures features) noexcept {
  const char* name = "ref";
  for (const IsaTier& tier : tiers()) {
    if ((tier.features & ~features) == 0) name = tier.name;
  }
  return name;
}

}  // namespace bitplace
