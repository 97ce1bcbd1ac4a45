// Pooling control flow that instruction sets and kinds of pooling share. Included by instruction-set files
// only, internal linkage throughout. A reduction R says what is done with the taps of a window:
//
//   Element, Vector, kStep    a tap, and the running result of kStep neighbouring channels
//   Extra extra(first, count) what combine() and store() need to know of channels [first, first + count)
//   start(), combine(Vector, const Element* taps, Extra)
//   store(Element* to, Vector, Extra), and store_first(to, vector, extra, count) for fewer than kStep
//
// combine() reads kStep taps even where fewer are of interest: an arena tensor's tail allows it. Nothing is
// written that is not asked for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

// The taps of one window that lie inside the input.
struct Window {
  std::int64_t top, bottom, left, right;
  std::int64_t taps() const { return (bottom - top) * (right - left); }
};

template <typename Problem>
inline Window window_at(const Problem& p, std::int64_t row, std::int64_t column) {
  const std::int64_t y = row * p.stride_height - p.pad_top;
  const std::int64_t x = column * p.stride_width - p.pad_left;
  return {y < 0 ? 0 : y, y + p.window_height < p.input_height ? y + p.window_height : p.input_height,
          x < 0 ? 0 : x, x + p.window_width < p.input_width ? x + p.window_width : p.input_width};
}

// An input and an output pixel, elements per pixel and pixels per row.
template <typename Element>
struct PoolPixel {
  const Element* input;
  Element* output;
  std::int64_t elements;
  std::int64_t width;
  Window window;
};

struct NoExtra {};

template <typename R>
constexpr std::int64_t vector_begin(std::size_t vector) {
  return static_cast<std::int64_t>(vector) * R::kStep;
}

// Channels [first, first + kVectors * R::kStep), of which the first `count` are wanted.
template <std::size_t kVectors, typename R>
inline void pool_vectors(const R& reduction, const PoolPixel<typename R::Element>& pixel, std::int64_t first,
                         std::int64_t count) {
  typename R::Vector result[kVectors];
  typename R::Extra extra[kVectors];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) {
    result[v] = R::start();
    extra[v] = reduction.extra(first + vector_begin<R>(v), count - vector_begin<R>(v));
  }
  for (std::int64_t y = pixel.window.top; y < pixel.window.bottom; ++y) {
    const auto* taps = pixel.input + (y * pixel.width + pixel.window.left) * pixel.elements + first;
    for (std::int64_t x = pixel.window.left; x < pixel.window.right; ++x, taps += pixel.elements) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v)
        result[v] = R::combine(result[v], taps + vector_begin<R>(v), extra[v]);
    }
  }
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) {
    auto* output = pixel.output + first + vector_begin<R>(v);
    if (kVectors > 1 || count == R::kStep) {
      reduction.store(output, result[v], extra[v]);
    } else {
      reduction.store_first(output, result[v], extra[v], count);
    }
  }
}

// Channels [first, last) of one output pixel.
template <typename R>
inline void pool_pixel(const R& reduction, const PoolPixel<typename R::Element>& pixel, std::int64_t first,
                       std::int64_t last) {
  for (; first + 4 * R::kStep <= last; first += 4 * R::kStep)
    pool_vectors<4>(reduction, pixel, first, 4 * R::kStep);
  for (; first + 2 * R::kStep <= last; first += 2 * R::kStep)
    pool_vectors<2>(reduction, pixel, first, 2 * R::kStep);
  for (; first < last; first += R::kStep)
    pool_vectors<1>(reduction, pixel, first, last - first < R::kStep ? last - first : R::kStep);
}

// store_first() through a buffer.
template <typename R>
inline void store_through_buffer(const R& reduction, typename R::Element* to, typename R::Vector vector,
                                 typename R::Extra extra, std::int64_t count) {
  typename R::Element buffer[R::kStep];
  reduction.store(buffer, vector, extra);
  __builtin_memcpy(to, buffer, static_cast<std::size_t>(count) * sizeof(typename R::Element));
}

}  // namespace
}  // namespace bitplace
