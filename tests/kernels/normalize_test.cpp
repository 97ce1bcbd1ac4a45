// Every row of normalize against the table, bit for bit, at every length of a row that has a tail, with input
// and output in the user's memory.

#include "kernels/normalize/normalize.h"

#include "image/normalize.h"
#include "kernels/kernel_rows.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct Map {
  NormalizeMap map{};
  std::vector<std::byte> table;

  explicit Map(const Preprocessing& rules) : table(input_table_bytes(rules.input_type)) {
    const Normalization normalization = normalization_of(rules);
    for (std::size_t i = 0; i < kNormalizeBlock; ++i) {
      map.multiplier[i] = normalization.multiplier[i % 3];
      map.offset[i] = normalization.offset[i % 3];
    }
    fill_input_table(rules, table.data());
    map.table = table.data();
  }
};

Preprocessing random_rules(DataType type, Random& random) {
  Preprocessing rules;
  rules.input_type = type;
  for (std::size_t c = 0; c < 3; ++c) {
    rules.mean[c] = random.real(-1.0f, 1.0f);
    rules.standard_deviation[c] = random.real(0.01f, 2.0f);
  }
  if (type == DataType::s8) rules.input_scale = random.real(0.001f, 0.2f);
  REQUIRE(check_normalization(rules).ok());
  return rules;
}

template <typename T, typename Run>
void compare(const Preprocessing& rules, const std::vector<std::uint8_t>& row, Run run) {
  const Map map(rules);
  std::vector<T> expected(row.size());
  run(reference_row(normalize_kernels()), row.data(), map.map, expected.data());
  for (const NormalizeKernel* kernel : runnable_rows(normalize_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<std::uint8_t> guarded(row, 0, placement);
      GuardedOutput<T> output(row.size(), 0, placement);
      run(*kernel, guarded.data(), map.map, output.data());
      INFO(kernel->name << " with " << row.size() << " bytes to " << data_type_name(rules.input_type));
      REQUIRE(output.holds(expected));
      REQUIRE(output.intact());
    }
  }
}

void compare_types(const std::vector<std::uint8_t>& row, Random& random) {
  const auto count = static_cast<std::int64_t>(row.size());
  compare<std::int8_t>(random_rules(DataType::s8, random), row,
                       [=](const NormalizeKernel& kernel, const std::uint8_t* from, const NormalizeMap& map,
                           std::int8_t* to) { kernel.to_s8(from, count, map, to); });
  compare<float>(random_rules(DataType::f32, random), row,
                 [=](const NormalizeKernel& kernel, const std::uint8_t* from, const NormalizeMap& map,
                     float* to) { kernel.to_f32(from, count, map, to); });
  compare<std::uint16_t>(random_rules(DataType::f16, random), row,
                         [=](const NormalizeKernel& kernel, const std::uint8_t* from, const NormalizeMap& map,
                             std::uint16_t* to) { kernel.to_f16(from, count, map, to); });
}

}  // namespace

TEST_CASE("every normalize kernel gives the table's entries, all of them") {
  std::vector<std::uint8_t> row;
  for (int grey = 0; grey < kGreyLevels; ++grey)
    row.insert(row.end(), 3, static_cast<std::uint8_t>(grey));
  Random random;
  for (int round = 0; round < 100; ++round)
    compare_types(row, random);
}

TEST_CASE("every normalize kernel gives the table's entries in rows of every length") {
  Random random;
  for (std::size_t pixels = 1; pixels <= 70; ++pixels) {
    std::vector<std::uint8_t> row(3 * pixels);
    for (std::uint8_t& byte : row)
      byte = static_cast<std::uint8_t>(random.integer(0, 255));
    compare_types(row, random);
  }
}
