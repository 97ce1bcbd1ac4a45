// What the definition of the elementary functions and its copies for vectors share: numbers only, with
// internal linkage.
#pragma once

#include <cstdint>

namespace bitplace {
namespace {

// Adding and taking away 1.5 * 2^23 rounds a number of magnitude below 2^22 to the nearest whole number, half
// to even; in between, the lower bits of the sum hold that number as an integer.
constexpr float kRounder = 0x1.8p23f;

// x = n ln 2 + r, |r| <= ln 2 / 2. The first part of ln 2 has 9 bits, so that its product with n is exact.
constexpr float kLog2E = 0x1.715476p+0f;
constexpr float kLn2First = 0x1.63p-1f;
constexpr float kLn2Rest = -0x1.bd0106p-13f;

// e^r = 1 + r + r^2 (c0 + c1 r + c2 r^2 + c3 r^3 + c4 r^4): relative error of e^r - 1 below 2^-26.
constexpr float kExp[] = {0x1.fffffep-2f, 0x1.5554b0p-3f, 0x1.555674p-5f, 0x1.1227f6p-7f, 0x1.6bebeep-10f};

// Beyond these e^x is infinite, or 0 in binary32.
constexpr float kExpHighest = 89.0f;
constexpr float kExpLowest = -105.0f;

// Beyond this tanh is 1 in binary32.
constexpr float kTanhLimit = 9.5f;

// erf(x) = x P(x^2) / Q(x^2) up to the limit, beyond which it is 1 in binary32: relative error below 2^-24.
constexpr float kErfLimit = 3.925f;
constexpr float kErfP[] = {0x1.20dd74p+0f,  0x1.9a59d2p-3f,   0x1.9ec5c4p-5f, 0x1.e77d58p-9f,
                           0x1.2a28c6p-13f, -0x1.069c6ep-19f, 0x1.555b52p-26f};
constexpr float kErfQ[] = {1.0f, 0x1.0594f0p-1f, 0x1.d7c79cp-4f, 0x1.d78966p-7f, 0x1.f74f30p-11f};

// x = 2^n m with m in [sqrt(1/2), sqrt(2)): bits of the lower end. With f = m - 1 and s = f / (2 + f),
// log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + R)), R = c0 s^2 + c1 s^4 + c2 s^6: error of R below 2^-29.
constexpr std::int32_t kSqrtHalfBits = 0x3f3504f3;
constexpr float kLog[] = {0x1.55557ap-1f, 0x1.995eacp-2f, 0x1.31e478p-2f};

// Subnormal numbers are scaled by 2^23 first.
constexpr float kSmallestNormal = 0x1p-126f;
constexpr float kSmallestFloat = 0x1p-149f;
constexpr float kLargestFloat = 0x1.fffffep127f;

constexpr float kSixth = 0x1.555556p-3f;
constexpr float kSqrtHalf = 0x1.6a09e6p-1f;
constexpr float kGeluTanhScale = 0x1.988454p-1f;  // sqrt(2 / pi)
constexpr float kGeluTanhCube = 0x1.6e4e26p-5f;   // 0.044715

}  // namespace
}  // namespace bitplace
