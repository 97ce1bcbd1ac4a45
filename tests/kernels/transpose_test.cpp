// Every row of transpose against the reference, and the reference by hand.

#include "kernels/transpose/transpose.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Run = void (*TransposeKernel::*)(const TransposeCall&, std::int64_t, std::int64_t);

template <typename T>
void compare_transpose(Run function, std::int64_t pixels, std::int64_t channels, Random& random) {
  std::vector<T> input(static_cast<std::size_t>(pixels * channels));
  for (T& value : input)
    value = static_cast<T>(random.bits());
  INFO(pixels << " pixels");
  const auto run = [&](const TransposeKernel& row, T* output, std::int64_t begin, std::int64_t end,
                       const T* from) {
    (row.*function)({from, output, pixels, channels}, begin, end);
  };
  compare_rows<T, kTailPad>(transpose_kernels(), channels, input.size(), run, input);
}

}  // namespace

TEST_CASE("every transposition equals the reference, whatever the sizes") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    for (const std::int64_t pixels : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 49, 70}) {
      compare_transpose<std::int8_t>(&TransposeKernel::run_8, pixels, channels, random);
      compare_transpose<std::uint16_t>(&TransposeKernel::run_16, pixels, channels, random);
      compare_transpose<float>(&TransposeKernel::run_32, pixels, channels, random);
    }
  }
}

TEST_CASE("rows become columns") {
  const std::uint16_t input[] = {1, 2, 3, 4, 5, 6};
  std::uint16_t output[6];
  reference_row(transpose_kernels()).run_16({input, output, 2, 3}, 0, 3);
  CHECK(std::vector<int>(output, output + 6) == std::vector<int>{1, 4, 2, 5, 3, 6});
}
