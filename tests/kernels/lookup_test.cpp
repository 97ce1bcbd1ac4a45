// Every row of lookup against the reference: all 256 codes at every position of a vector.

#include "kernels/lookup/lookup.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Run = void (*LookupKernel::*)(const LookupCall&, std::int64_t, std::int64_t);

void compare_lookup(Run function, const std::vector<std::int8_t>& input,
                    const std::vector<std::int8_t>& table) {
  const auto run = [&](const LookupKernel& row, std::int8_t* output, std::int64_t begin, std::int64_t end,
                       const std::int8_t* from, const std::int8_t* from_table) {
    (row.*function)({from, from_table, output}, begin, end);
  };
  const auto count = static_cast<std::int64_t>(input.size());
  compare_rows<std::int8_t>(lookup_kernels(), count, input.size(), run, input, table);
  compare_in_place(lookup_kernels(), count, input,
                   [&](const LookupKernel& row, std::int8_t* tensor, std::int64_t begin, std::int64_t end) {
                     run(row, tensor, begin, end, tensor, table.data());
                   });
}

}  // namespace

TEST_CASE("every lookup equals the reference") {
  Random random;
  for (const std::int64_t count : element_counts()) {
    const std::vector<std::int8_t> input = any_codes(static_cast<std::size_t>(count), random);
    const std::vector<std::int8_t> table = any_codes(256, random);
    compare_lookup(&LookupKernel::run_s8, input, table);
    compare_lookup(&LookupKernel::run_u8, input, table);
  }
}

TEST_CASE("every lookup finds all 256 results in every lane") {
  Random random;
  std::vector<std::int8_t> input(256 * 65);
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = static_cast<std::int8_t>(i % 257);
  const std::vector<std::int8_t> table = any_codes(256, random);
  compare_lookup(&LookupKernel::run_s8, input, table);
  compare_lookup(&LookupKernel::run_u8, input, table);
}

TEST_CASE("the table of s8 begins with the result of -128, that of u8 with the result of 0") {
  std::int8_t table[256] = {};
  table[0] = 1;
  table[127] = 2;
  table[128] = 3;
  table[255] = 4;
  const std::int8_t input[] = {-128, -1, 0, 127};
  std::int8_t output[4];
  reference_row(lookup_kernels()).run_s8({input, table, output}, 0, 4);
  CHECK(std::vector<int>(output, output + 4) == std::vector<int>{1, 2, 3, 4});
  reference_row(lookup_kernels()).run_u8({input, table, output}, 0, 4);
  CHECK(std::vector<int>(output, output + 4) == std::vector<int>{3, 4, 1, 2});
}
