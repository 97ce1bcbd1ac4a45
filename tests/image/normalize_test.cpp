#include "image/normalize.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/common/half.h"
#include "support/random.h"

using namespace bitplace;

namespace {

constexpr DataType kTypes[] = {DataType::s8, DataType::f32, DataType::f16};

Preprocessing imagenet(DataType type) {
  Preprocessing preprocessing;
  preprocessing.input_type = type;
  preprocessing.mean = {0.485f, 0.456f, 0.406f};
  preprocessing.standard_deviation = {0.229f, 0.224f, 0.225f};
  if (type == DataType::s8) preprocessing.input_scale = 2.64f / 127.0f;
  return preprocessing;
}

template <typename T>
std::vector<T> table_of(const Preprocessing& preprocessing) {
  REQUIRE(check_normalization(preprocessing).ok());
  std::vector<T> table(input_table_bytes(preprocessing.input_type) / sizeof(T));
  REQUIRE(table.size() == 768);
  fill_input_table(preprocessing, reinterpret_cast<std::byte*>(table.data()));
  return table;
}

// x as training saw it.
double trained(const Preprocessing& preprocessing, int channel, int grey) {
  const auto c = static_cast<std::size_t>(channel);
  return (grey * static_cast<double>(preprocessing.value_scale) -
          static_cast<double>(preprocessing.mean[c])) /
         static_cast<double>(preprocessing.standard_deviation[c]);
}

// How far rounding may carry y from it: multiplier, offset, product and sum are each off by 2^-24 at most,
// relative to themselves, and none is larger than this.
double rounding(const Preprocessing& preprocessing, int channel, int grey) {
  const auto c = static_cast<std::size_t>(channel);
  const double product = grey * static_cast<double>(preprocessing.value_scale) /
                         static_cast<double>(preprocessing.standard_deviation[c]);
  const double offset = std::fabs(static_cast<double>(preprocessing.mean[c])) /
                        static_cast<double>(preprocessing.standard_deviation[c]);
  return 4.0 * (product + offset) * std::ldexp(1.0, -24);
}

template <typename Check>
void for_each_entry(Check check) {
  for (int channel = 0; channel < 3; ++channel) {
    for (int grey = 0; grey < 256; ++grey)
      check(channel, grey, static_cast<std::size_t>(256 * channel + grey));
  }
}

Preprocessing random_preprocessing(DataType type, test::Random& random) {
  Preprocessing preprocessing = imagenet(type);
  for (std::size_t c = 0; c < 3; ++c) {
    preprocessing.mean[c] = random.real(-1.0f, 1.0f);
    preprocessing.standard_deviation[c] = random.real(0.05f, 2.0f);
  }
  if (type == DataType::s8) preprocessing.input_scale = random.real(0.002f, 0.1f);
  return preprocessing;
}

}  // namespace

TEST_CASE("a table of floats holds what training saw") {
  test::Random random;
  for (int round = 0; round < 20; ++round) {
    const Preprocessing rules =
        round == 0 ? imagenet(DataType::f32) : random_preprocessing(DataType::f32, random);
    const std::vector<float> table = table_of<float>(rules);
    for_each_entry([&](int channel, int grey, std::size_t i) {
      CHECK(std::fabs(static_cast<double>(table[i]) - trained(rules, channel, grey)) <=
            rounding(rules, channel, grey));
    });
    Preprocessing half_rules = rules;
    half_rules.input_type = DataType::f16;
    const std::vector<std::uint16_t> halves = table_of<std::uint16_t>(half_rules);
    for (std::size_t i = 0; i < halves.size(); ++i)
      CHECK(halves[i] == float_to_half(table[i]));
  }
}

TEST_CASE("a table of codes holds what training saw, divided by the scale and rounded") {
  test::Random random;
  for (int round = 0; round < 20; ++round) {
    const Preprocessing rules =
        round == 0 ? imagenet(DataType::s8) : random_preprocessing(DataType::s8, random);
    const std::vector<std::int8_t> table = table_of<std::int8_t>(rules);
    for_each_entry([&](int channel, int grey, std::size_t i) {
      const auto scale = static_cast<double>(rules.input_scale);
      const double exact = trained(rules, channel, grey) / scale;
      const double code = std::max(-127.0, std::min(127.0, exact));
      // Half a code, and what may tip a value that lies between two.
      CHECK(std::fabs(table[i] - code) <= 0.5 + 2.0 * rounding(rules, channel, grey) / scale);
    });
  }
}

TEST_CASE("codes round halves to even, clamp to 127 and are 0 at the mean") {
  Preprocessing rules;
  rules.input_type = DataType::s8;
  rules.value_scale = 1.0f;
  rules.mean = {128.0f, 1.0f, 0.0f};
  rules.standard_deviation = {1.0f, 2.0f, 0.5f};
  const std::vector<std::int8_t> table = table_of<std::int8_t>(rules);
  const auto codes = [&](int channel, std::vector<int> greys) {
    for (int& grey : greys)
      grey = table[static_cast<std::size_t>(256 * channel + grey)];
    return greys;
  };
  CHECK(codes(0, {0, 1, 2, 127, 128, 129, 255}) == std::vector<int>{-127, -127, -126, -1, 0, 1, 127});
  CHECK(codes(1, {0, 1, 2, 3, 4, 6, 8, 254, 255}) == std::vector<int>{0, 0, 0, 1, 2, 2, 4, 126, 127});
  CHECK(codes(2, {0, 1, 63, 64, 255}) == std::vector<int>{0, 2, 126, 127, 127});
}

TEST_CASE("normalisation with impossible numbers is refused") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
  const auto refuse = [](DataType type, auto change, ErrorCode code = ErrorCode::corrupt) {
    Preprocessing rules = imagenet(type);
    REQUIRE(check_normalization(rules).ok());
    change(rules);
    CHECK(check_normalization(rules).error().code() == code);
  };
  for (const DataType type : kTypes) {
    for (const float bad : {0.0f, -0.5f, kNan, kInfinity, kDenormal}) {
      refuse(type, [&](Preprocessing& p) { p.standard_deviation[1] = bad; });
      refuse(type, [&](Preprocessing& p) { p.input_scale = bad; });
    }
    for (const float bad : {kNan, kInfinity, -kInfinity, kDenormal})
      refuse(type, [&](Preprocessing& p) { p.mean[2] = bad; });
    // Each is normal, together they are not.
    refuse(type, [](Preprocessing& p) { p.standard_deviation[0] = 2e-38f, p.mean[0] = 1e10f; });
    refuse(type, [](Preprocessing& p) { p.value_scale = 1e-20f, p.standard_deviation[0] = 1e30f; });
    refuse(type, [](Preprocessing& p) { p.value_scale = 1e37f, p.mean[0] = 0.0f; });
    refuse(type, [](Preprocessing& p) { p.input_type = DataType::u8; });
    refuse(
        type, [](Preprocessing& p) { p.input_type = DataType::s32; }, ErrorCode::unsupported);
  }
  refuse(DataType::f16, [](Preprocessing& p) { p.value_scale = 300.0f; });
  refuse(DataType::f32, [](Preprocessing& p) { p.input_scale = 0.5f; });
  refuse(DataType::s8, [](Preprocessing& p) { p.input_scale = 1e-8f; });
  CHECK(check_normalization(Preprocessing()).ok());
}
