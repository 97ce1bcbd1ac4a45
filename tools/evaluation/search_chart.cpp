#include "evaluation/search_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "bitplace/version.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/file.h"
#include "core/number_text.h"
#include "evaluation/html.h"
#include "evaluation/report.h"

namespace bitplace::tools {
namespace {

// The drawing's coordinates.
constexpr double kLeft = 64.0;
constexpr double kTop = 14.0;
constexpr double kPlotWidth = 620.0;
constexpr double kPlotHeight = 330.0;
constexpr double kRight = kLeft + kPlotWidth;
constexpr double kBottom = kTop + kPlotHeight;

constexpr const char* kStyle = R"css(
.chart .dot { fill: var(--soft); opacity: .35; }
.chart .front { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
.chart .best { fill: var(--accent); }
.chart .named { fill: var(--card); stroke: var(--wrong); stroke-width: 2.2; }
.chart .name { fill: var(--ink); font-weight: 600; }
.chart .budget { stroke: var(--note-line); stroke-width: 1.6; stroke-dasharray: 5 4; }
.chart .chosen { fill: none; stroke: var(--right); stroke-width: 2.6; }
)css";

bool are_bits(double bits) {
  return bits >= 0.0 && bits <= 64.0;
}

bool is_finite(const SearchPoint& point) {
  return are_bits(point.bits) && std::isfinite(point.error);
}

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + fixed(value, 1) + "\"";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const std::string& more = "") {
  return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor + "\"" + more + ">" +
         html_escaped(text) + "</text>\n";
}

std::string line(const char* kind, double x1, double y1, double x2, double y2) {
  return std::string("<line class=\"") + kind + "\"" + attribute("x1", x1) + attribute("y1", y1) +
         attribute("x2", x2) + attribute("y2", y2) + "/>\n";
}

// What the axes span: whole bits, and whole powers of ten.
class Scale {
 public:
  explicit Scale(const SearchPlot& plot) {
    constexpr double kBeyond = std::numeric_limits<double>::infinity();
    double least_bits = kBeyond, most_bits = -kBeyond, least = kBeyond, most = 0.0;
    for (const SearchPoint& point : plot.points) {
      if (!is_finite(point)) continue;
      least_bits = std::min(least_bits, point.bits);
      most_bits = std::max(most_bits, point.bits);
      if (point.error > 0.0) least = std::min(least, point.error);
      most = std::max(most, point.error);
    }
    if (plot.budget && are_bits(*plot.budget)) {
      least_bits = std::min(least_bits, *plot.budget);
      most_bits = std::max(most_bits, *plot.budget);
    }
    low_bits_ = std::floor(least_bits);
    high_bits_ = std::max(low_bits_ + 1.0, std::ceil(most_bits));
    if (most <= 0.0) least = most = 1.0;  // nothing but zeros
    low_power_ = static_cast<int>(std::floor(std::log10(least)));
    high_power_ = std::max(low_power_ + 1, static_cast<int>(std::ceil(std::log10(most))));
  }

  double x(double bits) const { return kLeft + (bits - low_bits_) / (high_bits_ - low_bits_) * kPlotWidth; }
  double y(double error) const {
    if (!(error > 0.0)) return kBottom;
    const double share = (std::log10(error) - low_power_) / (high_power_ - low_power_);
    return kBottom - std::clamp(share, 0.0, 1.0) * kPlotHeight;
  }

  std::string axes(const std::string& error_name) const {
    std::string text;
    const int span = static_cast<int>(high_bits_ - low_bits_);
    const int step = std::max(1, (span + 15) / 16);
    for (int offset = 0; offset <= span; offset += step) {
      const double bits = low_bits_ + offset;
      text += line("grid", x(bits), kTop, x(bits), kBottom);
      text += text_at(x(bits), kBottom + 16.0, "middle", fixed(bits, 0));
    }
    const int powers = std::max(1, (high_power_ - low_power_ + 9) / 10);
    for (int power = low_power_; power <= high_power_; power += powers) {
      const double height = kBottom - kPlotHeight * (power - low_power_) / (high_power_ - low_power_);
      text += line("grid", kLeft, height, kRight, height);
      text += text_at(kLeft - 7.0, height + 4.0, "end", "1e" + std::to_string(power));
    }
    text += text_at(kLeft + kPlotWidth / 2.0, kBottom + 36.0, "middle", "average bits of a weight");
    const std::string turned =
        " transform=\"translate(14 " + fixed(kTop + kPlotHeight / 2.0, 1) + ") rotate(-90)\"";
    return text + text_at(0.0, 0.0, "middle", error_name, turned);
  }

 private:
  double low_bits_ = 0.0, high_bits_ = 1.0;
  int low_power_ = 0, high_power_ = 1;
};

std::string circle(const Scale& scale, const SearchPoint& point, const char* kind, double radius,
                   bool with_title) {
  const std::string text = std::string("<circle class=\"") + kind + "\"" +
                           attribute("cx", scale.x(point.bits)) + attribute("cy", scale.y(point.error)) +
                           attribute("r", radius);
  if (!with_title) return text + "/>\n";
  std::string title = fixed(point.bits, 3) + " bits, error " + number_text(point.error, 3);
  if (!point.label.empty()) title = point.label + ": " + title;
  return text + "><title>" + html_escaped(title) + "</title></circle>\n";
}

// The candidates that stand out in no way. Thousands of them may lie on one another.
std::string plain_dots(const SearchPlot& plot, const Scale& scale, const std::vector<std::size_t>& front) {
  const std::set<std::size_t> on_front(front.begin(), front.end());
  std::set<std::string> drawn;
  std::string text;
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    const SearchPoint& point = plot.points[i];
    if (!is_finite(point) || !point.mark.empty() || on_front.count(i) != 0) continue;
    const std::string dot = circle(scale, point, "dot", 2.4, false);
    if (drawn.insert(dot).second) text += dot;
  }
  return text;
}

std::string front_line(const SearchPlot& plot, const Scale& scale, const std::vector<std::size_t>& front) {
  std::string corners;
  std::string points;
  for (const std::size_t i : front) {
    const SearchPoint& point = plot.points[i];
    corners +=
        (corners.empty() ? "" : " ") + fixed(scale.x(point.bits), 1) + "," + fixed(scale.y(point.error), 1);
    points += circle(scale, point, "best", 3.4, true);
  }
  return "<polyline class=\"front\" points=\"" + corners + "\"/>\n" + points;
}

std::string named_points(const SearchPlot& plot, const Scale& scale) {
  std::string text;
  for (const SearchPoint& point : plot.points) {
    if (point.mark.empty() || !is_finite(point)) continue;
    const double x = scale.x(point.bits);
    const bool at_right = x > kRight - 60.0;
    text += circle(scale, point, "named", 5.0, true);
    text += text_at(x + (at_right ? -9.0 : 9.0), scale.y(point.error) - 7.0, at_right ? "end" : "start",
                    point.mark, " class=\"name\"");
  }
  return text;
}

std::string front_table(const SearchPlot& plot) {
  std::string text =
      "<div class=\"card scroll\"><table><tr><th class=\"number\">bits</th><th class=\"number\">error</th>"
      "<th>candidate</th></tr>\n";
  for (const std::size_t i : pareto_front(plot.points)) {
    const SearchPoint& point = plot.points[i];
    std::string label = html_escaped(point.label);
    if (!point.mark.empty()) label.insert(0, "<b>" + html_escaped(point.mark) + "</b> ");
    if (plot.chosen == i) label += " <span class=\"badge\">chosen</span>";
    text += "<tr><td class=\"number\">" + fixed(point.bits, 3) + "</td><td class=\"number\">" +
            number_text(point.error, 3) + "</td><td>" + label + "</td></tr>\n";
  }
  return text + "</table></div>\n";
}

Status check_plot(const SearchPlot& plot) {
  const auto fault = [](const char* why) {
    return make_error(ErrorCode::invalid_argument, "search chart", why);
  };
  if (std::none_of(plot.points.begin(), plot.points.end(), is_finite))
    return fault("there is no finite point");
  if (plot.chosen && (*plot.chosen >= plot.points.size() || !is_finite(plot.points[*plot.chosen])))
    return fault("the chosen point is none");
  return {};
}

}  // namespace

std::vector<std::size_t> pareto_front(const std::vector<SearchPoint>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return !is_finite(points[i]); });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].bits != points[b].bits) return points[a].bits < points[b].bits;
    return points[a].error < points[b].error;
  });
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    if (front.empty() || points[i].error < points[front.back()].error) front.push_back(i);
  }
  return front;
}

Result<std::string> search_chart(const SearchPlot& plot) {
  BITPLACE_TRY(check_plot(plot));
  const Scale scale(plot);
  const std::vector<std::size_t> front = pareto_front(plot.points);
  std::string text = "<svg class=\"chart\" viewBox=\"0 0 700 390\" role=\"img\" aria-label=\"" +
                     html_escaped(plot.error_name) + " against average bits\">\n" +
                     scale.axes(plot.error_name);
  if (plot.budget && are_bits(*plot.budget)) {
    const double x = scale.x(*plot.budget);
    text += line("budget", x, kTop, x, kBottom) +
            text_at(x - 5.0, kTop + 11.0, "end", "budget " + fixed(*plot.budget, 2));
  }
  text += plain_dots(plot, scale, front) + front_line(plot, scale, front) + named_points(plot, scale);
  if (plot.chosen) text += circle(scale, plot.points[*plot.chosen], "chosen", 8.0, true);
  return text + "</svg>\n";
}

Status write_search_page(const std::string& path, const SearchPlot& plot) {
  BITPLACE_ASSIGN(chart, search_chart(plot));
  const auto finite = std::count_if(plot.points.begin(), plot.points.end(), is_finite);
  const auto left_out = static_cast<std::int64_t>(plot.points.size()) - finite;
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      html_escaped(plot.title) + "</title>\n<style>" + report_style() + kStyle +
      "</style></head><body><main>\n<h1>" + html_escaped(plot.title) + "</h1>\n";
  if (!plot.introduction.empty()) page += "<p>" + html_escaped(plot.introduction) + "</p>\n";
  page += "<div class=\"card\">" + chart + "</div>\n<p class=\"soft\">" + std::to_string(finite) +
          " candidates. The line joins those that no other beats in bits and error; rings are named "
          "configurations" +
          (plot.chosen ? ", the largest ring the one that was chosen" : "") + ".";
  if (left_out > 0) page += " " + std::to_string(left_out) + " gave no finite error and are left out.";
  page += "</p>\n<h2>The front</h2>\n" + front_table(plot) +
          "<footer>bitplace " BITPLACE_VERSION_STRING "</footer>\n</main></body></html>\n";
  return write_file(path, std::as_bytes(std::span(page)));
}

}  // namespace bitplace::tools
