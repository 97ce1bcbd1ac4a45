#include "bench/report/roofline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "common/text_table.h"
#include "evaluation/html.h"

namespace bitplace::bench {
namespace {

using tools::fixed;
using tools::html_escaped;

constexpr double kLeft = 54, kTop = 10, kWidth = 560, kHeight = 250;

// Both axes are powers of ten.
struct Axes {
  double low_x, high_x, low_y, high_y;

  double x(double intensity) const {
    return kLeft + kWidth * (std::log10(intensity) - low_x) / (high_x - low_x);
  }
  double y(double rate) const { return kTop + kHeight * (high_y - std::log10(rate)) / (high_y - low_y); }
};

// Whole and half decades about the values.
void include(double value, double* low, double* high) {
  *low = std::min(*low, std::floor(2 * std::log10(value)) / 2);
  *high = std::max(*high, std::ceil(2 * std::log10(value)) / 2);
}

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return std::string("<line class=\"") + style + "\" x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) +
         "\" x2=\"" + fixed(x2, 1) + "\" y2=\"" + fixed(y2, 1) + "\"/>";
}

std::string label(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\">" +
         html_escaped(text) + "</text>";
}

std::string power_text(double exponent) {
  const double value = std::pow(10.0, exponent);
  return value >= 1e12  ? fixed(value / 1e12, 0) + " T"
         : value >= 1e9 ? fixed(value / 1e9, 0) + " G"
         : value >= 1e6 ? fixed(value / 1e6, 0) + " M"
         : value >= 1   ? fixed(value, 0)
                        : fixed(value, 2);
}

std::string grid(const Axes& axes) {
  std::string text;
  for (double x = std::ceil(axes.low_x); x <= axes.high_x; ++x) {
    const double at = axes.x(std::pow(10.0, x));
    text +=
        line("grid", at, kTop, at, kTop + kHeight) + label(at, kTop + kHeight + 15, "middle", power_text(x));
  }
  for (double y = std::ceil(axes.low_y); y <= axes.high_y; ++y) {
    const double at = axes.y(std::pow(10.0, y));
    text += line("grid", kLeft, at, kLeft + kWidth, at) + label(kLeft - 6, at + 4, "end", power_text(y));
  }
  text += label(kLeft + kWidth / 2, kTop + kHeight + 32, "middle", "multiply-accumulates per byte touched");
  text += "<text transform=\"translate(11 " + fixed(kTop + kHeight / 2, 1) +
          ") rotate(-90)\" text-anchor=\"middle\">multiply-accumulates per second</text>\n";
  return text;
}

Axes axes_of(const std::vector<const Measurement*>& points) {
  Axes axes = {9, -9, 99, -99};
  for (const Measurement* m : points) {
    include(m->multiply_accumulates / m->bytes, &axes.low_x, &axes.high_x);
    include(m->rate(), &axes.low_y, &axes.high_y);
    if (m->arithmetic_limit > 0) include(m->arithmetic_limit, &axes.low_y, &axes.high_y);
  }
  // Room for the slopes of memory, and for more than one line of the grid.
  axes.low_x = std::min(axes.low_x, axes.high_x - 1.5);
  axes.low_y = std::min(axes.low_y, axes.high_y - 1.5);
  return axes;
}

// The slope of one level inside the plot.
std::string memory_roof(const Axes& axes, const MemoryLevel& level) {
  const double bottom = std::pow(10.0, axes.low_y), top = std::pow(10.0, axes.high_y);
  const double left = std::max(std::pow(10.0, axes.low_x), bottom / level.bytes_per_second);
  const double right = std::min(std::pow(10.0, axes.high_x), top / level.bytes_per_second);
  if (left >= right) return {};
  const double y_left = axes.y(left * level.bytes_per_second);
  const double y_right = axes.y(right * level.bytes_per_second);
  return line("roof memory", axes.x(left), y_left, axes.x(right), y_right) +
         label(axes.x(left) + 4, y_left - 4, "start", level.name);
}

std::string arithmetic_roofs(const Axes& axes, const std::vector<const Measurement*>& points) {
  std::map<double, std::string> roofs;  // limit -> tier
  for (const Measurement* m : points) {
    if (m->arithmetic_limit > 0) roofs[m->arithmetic_limit] = m->tier();
  }
  // Names of roofs that lie close stand side by side.
  constexpr double kLabelHeight = 12, kLabelWidth = 110;
  std::string text;
  double last_y = 1e9;
  double x = kLeft + kWidth - 2;
  for (const auto& [limit, tier] : roofs) {
    const double y = axes.y(limit);
    x = last_y - y < kLabelHeight ? x - kLabelWidth : kLeft + kWidth - 2;
    last_y = y;
    text += line(("roof " + tier_class(tier)).c_str(), kLeft, y, kLeft + kWidth, y) +
            label(x, y - 3, "end", tier);
  }
  return text;
}

std::string point(const Axes& axes, const Measurement& m) {
  return "<circle class=\"dot " + tier_class(m.tier()) + "\" cx=\"" +
         fixed(axes.x(m.multiply_accumulates / m.bytes), 1) + "\" cy=\"" + fixed(axes.y(m.rate()), 1) +
         "\" r=\"4\"><title>" +
         html_escaped(m.network + " " + m.layer + "\n" + m.kernel + "\n" + fixed(m.seconds * 1e3, 4) +
                      " ms, " + fixed(m.rate() / 1e9, 1) + " G/s" +
                      (m.share > 0 ? ", " + fixed(100 * m.share, 0) + " % of " + m.limit : "")) +
         "</title></circle>\n";
}

}  // namespace

std::string tier_class(const std::string& tier) {
  return "tier-" + tier;
}

std::string roofline(const Results& results, const std::string& table) {
  std::vector<const Measurement*> points;
  for (const Measurement& m : results.measurements) {
    if (m.table() == table && m.rate() > 0 && m.bytes > 0) points.push_back(&m);
  }
  if (points.empty()) return {};
  const Axes axes = axes_of(points);
  std::string text = "<svg class=\"chart\" viewBox=\"0 0 640 300\" role=\"img\" aria-label=\"Roofline of " +
                     html_escaped(table) + "\">\n" + grid(axes);
  for (const MemoryLevel& level : results.levels)
    text += memory_roof(axes, level);
  text += arithmetic_roofs(axes, points);
  for (const Measurement* m : points)
    text += point(axes, *m);
  return text + "</svg>\n";
}

}  // namespace bitplace::bench
