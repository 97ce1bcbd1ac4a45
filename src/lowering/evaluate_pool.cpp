#include <algorithm>
#include <limits>

#include "lowering/evaluate_operations.h"

namespace bitplace::evaluation {
namespace {

// Calls write(channel, taps inside the image) for every output in order. A: attributes with a window.
template <typename A, typename Write>
void for_each_window(const Operation& operation, const A& a, Write write) {
  const Shape& in = operation.input().shape;
  const Shape& out = operation.output().shape;
  Numbers taps;
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    const std::int64_t channel = i % out[3], column = i / out[3] % out[2], row = i / out[3] / out[2];
    taps.clear();
    for (std::int64_t w = 0; w < a.window_height * a.window_width; ++w) {
      const std::int64_t y = row * a.stride_height - a.pad_top + w / a.window_width;
      const std::int64_t x = column * a.stride_width - a.pad_left + w % a.window_width;
      if (y >= 0 && y < in[1] && x >= 0 && x < in[2])
        taps.push_back(operation.first[static_cast<std::size_t>((y * in[2] + x) * in[3] + channel)]);
    }
    write(static_cast<std::size_t>(channel), taps);
  }
}

}  // namespace

Numbers max_pool(const Operation& operation) {
  const auto* flip = operation.constants<std::uint8_t>("flip");
  Numbers output;
  for_each_window(operation, operation.attributes<MaxPoolAttributes>(),
                  [&](std::size_t channel, const Numbers& taps) {
                    // Of bits, OR is the minimum of what they mean.
                    const bool smallest = flip != nullptr && flip[channel] != 0;
                    output.push_back(smallest ? *std::min_element(taps.begin(), taps.end())
                                              : *std::max_element(taps.begin(), taps.end()));
                  });
  return output;
}

Numbers average_pool(const Operation& operation) {
  const auto& a = operation.attributes<AveragePoolAttributes>();
  Numbers output;
  for_each_window(operation, a, [&](std::size_t, const Numbers& taps) {
    double sum = 0.0;
    for (const double tap : taps)
      sum += tap;
    const double count =
        a.count_padding != 0 ? a.window_height * a.window_width : static_cast<double>(taps.size());
    if (!operation.gives_codes()) {
      output.push_back(sum / count);
      return;
    }
    const float scale = a.factor / static_cast<float>(count);
    const float mean = static_cast<float>(sum) * scale;
    output.push_back(code_of(mean, -127.0f, 127.0f));
  });
  return output;
}

}  // namespace bitplace::evaluation
