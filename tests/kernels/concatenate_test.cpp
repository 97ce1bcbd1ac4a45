// Every row of concatenate against the reference, and the reference by hand.

#include "kernels/concatenate/concatenate.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

TEST_CASE("every concatenation equals the reference, whatever the numbers of bytes") {
  Random random;
  for (const std::int64_t a_bytes : element_counts()) {
    for (const std::int64_t b_bytes : {1, 4, 15, 16, 31, 32, 33, 64, 65, 130, 260}) {
      constexpr std::int64_t kPixels = 7;
      const auto a = any_codes(static_cast<std::size_t>(kPixels * a_bytes), random);
      const auto b = any_codes(static_cast<std::size_t>(kPixels * b_bytes), random);
      INFO(a_bytes << " and " << b_bytes << " bytes");
      compare_rows<std::int8_t>(
          concatenate_kernels(), kPixels, a.size() + b.size(),
          [&](const ConcatenateKernel& row, std::int8_t* output, std::int64_t begin, std::int64_t end,
              const std::int8_t* from_a, const std::int8_t* from_b) {
            row.run({from_a, from_b, output, a_bytes, b_bytes}, begin, end);
          },
          a, b);
    }
  }
}

TEST_CASE("the second map's channels stand behind the first's") {
  const std::int8_t a[] = {1, 2, 3, 4}, b[] = {-1, -2};
  std::int8_t output[6];
  reference_row(concatenate_kernels()).run({a, b, output, 2, 1}, 0, 2);
  CHECK(std::vector<int>(output, output + 6) == std::vector<int>{1, 2, -1, 3, 4, -2});
}
