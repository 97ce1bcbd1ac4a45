// Every row of distance against the reference, bit for bit. References may end where a mapped file ends, and
// the query where its owner's memory ends: a byte read behind either ends the program.

#include "kernels/distance/distance.h"

#include <string>

#include "kernels/common/half.h"
#include "kernels/kernel_rows.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

enum class Metric { hamming, dot_s8, dot_f16, dot_f32 };

const char* name_of(Metric metric) {
  constexpr const char* kNames[] = {"hamming", "dot_s8", "dot_f16", "dot_f32"};
  return kNames[static_cast<int>(metric)];
}

std::size_t bytes_of(Metric metric, std::int64_t dimension) {
  const auto elements = static_cast<std::size_t>(dimension);
  if (metric == Metric::hamming) return (elements + 7) / 8;
  return metric == Metric::dot_s8 ? elements : metric == Metric::dot_f16 ? 2 * elements : 4 * elements;
}

void run(const DistanceKernel& row, Metric metric, const DistanceCall& call, std::int64_t begin,
         std::int64_t end) {
  const auto function = metric == Metric::hamming   ? row.hamming
                        : metric == Metric::dot_s8  ? row.dot_s8
                        : metric == Metric::dot_f16 ? row.dot_f16
                                                    : row.dot_f32;
  function(call, begin, end);
}

enum class Fill { random, lowest, highest };

// One descriptor; unused bits are 0.
Bytes any_descriptor(Metric metric, std::int64_t dimension, Fill fill, Random& random) {
  Bytes bytes(bytes_of(metric, dimension));
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>(random.bits());
  if (metric == Metric::hamming) {
    if (fill != Fill::random) bytes.assign(bytes.size(), fill == Fill::lowest ? 0x00 : 0xff);
    if (dimension % 8 != 0) bytes.back() &= static_cast<std::uint8_t>((1 << dimension % 8) - 1);
  } else if (metric == Metric::dot_s8) {
    if (fill != Fill::random) bytes.assign(bytes.size(), fill == Fill::lowest ? 0x80 : 0x7f);
  } else if (metric == Metric::dot_f16) {
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
      const std::uint16_t value = fill == Fill::random   ? float_to_half(random.real(-1.0f, 1.0f))
                                  : fill == Fill::lowest ? std::uint16_t{0xfbff}   // -65504
                                                         : std::uint16_t{0x0001};  // 2^-24
      std::memcpy(bytes.data() + i, &value, 2);
    }
  } else {
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      const float value = fill == Fill::random   ? random.real(-1.0f, 1.0f)
                          : fill == Fill::lowest ? -3e38f
                                                 : 1e-38f;
      std::memcpy(bytes.data() + i, &value, 4);
    }
  }
  return bytes;
}

struct Search {
  Metric metric;
  std::int64_t dimension;
  std::size_t stride;
  Bytes query;
  Bytes references;  // the last one ends with its own bytes, not with its stride
  std::int64_t count;
};

Search any_search(Metric metric, std::int64_t dimension, std::size_t gap, std::int64_t count, Fill query,
                  Fill references, Random& random) {
  const std::size_t bytes = bytes_of(metric, dimension);
  Search s{metric, dimension, bytes + gap, any_descriptor(metric, dimension, query, random), {}, count};
  s.references.assign(s.stride * static_cast<std::size_t>(count - 1) + bytes, 0xee);
  for (std::int64_t r = 0; r < count; ++r) {
    const Bytes reference = any_descriptor(metric, dimension, references, random);
    std::copy(reference.begin(), reference.end(),
              s.references.begin() + static_cast<std::ptrdiff_t>(s.stride) * r);
  }
  return s;
}

void compare(const Search& s) {
  const auto count = static_cast<std::size_t>(s.count);
  std::vector<std::uint32_t> expected(count);
  run(reference_row(distance_kernels()), s.metric,
      {s.query.data(), s.references.data(), s.stride, s.dimension, expected.data()}, 0, s.count);
  for (const DistanceKernel* row : runnable_rows(distance_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<std::uint8_t> query(s.query, 0, placement);
      const GuardedInput<std::uint8_t> references(s.references, 0, placement);
      for (const std::size_t ahead :
           {std::size_t{0}, std::size_t{8192}}) {  // asking for memory that is not there does no harm
        GuardedOutput<std::uint32_t> output(count, 0, placement);
        const DistanceCall call = {query.data(), references.data(), s.stride,
                                   s.dimension,  output.data(),     ahead};
        run(*row, s.metric, call, s.count / 3, s.count);
        run(*row, s.metric, call, 0, s.count / 3);
        INFO(row->name << " " << name_of(s.metric) << ", dimension " << s.dimension << ", stride " << s.stride
                       << ", " << s.count << " references, " << ahead << " bytes ahead");
        CHECK(output.holds(expected));
        CHECK(output.intact());
      }
    }
  }
}

void compare_dimensions(Metric metric, std::int64_t last, std::initializer_list<std::int64_t> more) {
  Random random;
  std::vector<std::int64_t> dimensions(more);
  for (std::int64_t dimension = 1; dimension <= last; ++dimension)
    dimensions.push_back(dimension);
  for (const std::int64_t dimension : dimensions) {
    const std::size_t gap = random.integer(0, 1) == 0 ? 0 : static_cast<std::size_t>(random.integer(1, 9));
    compare(any_search(metric, dimension, gap, random.integer(1, 11), Fill::random, Fill::random, random));
  }
}

void compare_extremes(Metric metric, std::int64_t dimension) {
  Random random;
  for (const Fill query : {Fill::lowest, Fill::highest, Fill::random}) {
    for (const Fill references : {Fill::lowest, Fill::highest, Fill::random})
      compare(any_search(metric, dimension, 0, 5, query, references, random));
  }
}

}  // namespace

TEST_CASE("every Hamming distance equals the reference and reads nothing behind its descriptors") {
  compare_dimensions(Metric::hamming, 300, {511, 512, 513, 1024, 4096, 9215, 9216, 9217});
  compare_extremes(Metric::hamming, 9216);
  compare_extremes(Metric::hamming, 1 << 20);
}

TEST_CASE("every s8 dot product equals the reference, -128 included") {
  compare_dimensions(Metric::dot_s8, 200, {255, 256, 257, 1000, 4096, 9216});
  compare_extremes(Metric::dot_s8, 9216);
  compare_extremes(Metric::dot_s8, (1 << 17) - 1);
}

TEST_CASE(
    "every f16 dot product equals the reference to the last bit, largest and subnormal halves included") {
  compare_dimensions(Metric::dot_f16, 100, {127, 128, 129, 1000, 4095, 4096});
  compare_extremes(Metric::dot_f16, 77);
}

TEST_CASE("every f32 dot product equals the reference to the last bit") {
  compare_dimensions(Metric::dot_f32, 100, {127, 128, 129, 1000, 4095, 4096});
}

TEST_CASE("f32 dot products that overflow or vanish equal the reference") {
  Random random;
  compare(any_search(Metric::dot_f32, 77, 0, 5, Fill::highest, Fill::highest, random));
  compare(any_search(Metric::dot_f32, 77, 0, 5, Fill::lowest, Fill::lowest, random));
}
