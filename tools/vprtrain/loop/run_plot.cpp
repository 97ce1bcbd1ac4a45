#include "vprtrain/loop/run_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "bitplace/version.h"
#include "common/csv.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/file.h"
#include "evaluation/html.h"
#include "evaluation/report.h"

namespace bitplace::train {
namespace {

using tools::fixed;

constexpr double kLeft = 60.0, kTop = 12.0, kWidth = 620.0, kHeight = 200.0;
constexpr double kRight = kLeft + kWidth, kBottom = kTop + kHeight;

struct Curve {
  std::string name;
  std::vector<double> steps;
  std::vector<double> values;
};

Curve read_curve(const tools::CsvTable& table, std::size_t column) {
  Curve curve;
  curve.name = table.heading[column];
  for (const tools::CsvRow& row : table.rows) {
    if (row.fields[column].empty()) continue;
    const double value = std::strtod(row.fields[column].c_str(), nullptr);
    if (!std::isfinite(value)) continue;
    curve.steps.push_back(std::strtod(row.fields[0].c_str(), nullptr));
    curve.values.push_back(value);
  }
  return curve;
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\">" +
         tools::html_escaped(text) + "</text>\n";
}

std::string grid_line(double x1, double y1, double x2, double y2) {
  return "<line class=\"grid\" x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) + "\" x2=\"" + fixed(x2, 1) +
         "\" y2=\"" + fixed(y2, 1) + "\"/>\n";
}

// One curve over the steps, on a linear scale that begins at 0.
std::string chart(const Curve& curve, double last_step, double highest) {
  constexpr int kLines = 4;
  const double top = highest > 0.0 ? highest : 1.0;
  std::string text = "<svg class=\"chart\" viewBox=\"0 0 700 250\" role=\"img\" aria-label=\"" +
                     tools::html_escaped(curve.name) + " over the steps\">\n";
  for (int i = 0; i <= kLines; ++i) {
    const double share = static_cast<double>(i) / kLines;
    const double x = kLeft + share * kWidth, y = kBottom - share * kHeight;
    text += grid_line(kLeft, y, kRight, y) + text_at(kLeft - 7.0, y + 4.0, "end", number(share * top));
    text += text_at(x, kBottom + 16.0, "middle", fixed(share * last_step, 0));
  }
  text += text_at(kLeft + kWidth / 2.0, kBottom + 34.0, "middle", "step");
  text += "<polyline class=\"curve\" points=\"";
  for (std::size_t i = 0; i < curve.values.size(); ++i) {
    const double x = kLeft + curve.steps[i] / last_step * kWidth;
    const double y = kBottom - std::max(curve.values[i], 0.0) / top * kHeight;
    text += (i == 0 ? "" : " ") + fixed(x, 1) + "," + fixed(y, 1);
  }
  return text + "\"/>\n</svg>\n";
}

std::string card(const Curve& curve, double last_step) {
  if (curve.values.empty()) return "";
  const bool is_share = curve.name.starts_with("recall");
  const auto [low, high] = std::minmax_element(curve.values.begin(), curve.values.end());
  const std::string extreme = is_share ? "highest " + number(*high) : "lowest " + number(*low);
  return "<h3>" + tools::html_escaped(curve.name) + "</h3>\n<p class=\"soft\">last " +
         number(curve.values.back()) + ", " + extreme + "</p>\n<div class=\"card\">" +
         chart(curve, last_step, is_share ? 1.0 : *high) + "</div>\n";
}

}  // namespace

Status write_run_page(const std::string& folder) {
  BITPLACE_ASSIGN(table, tools::read_csv(folder + "/log.csv"));
  if (table.rows.empty()) return {};
  const double last_step = std::strtod(table.rows.back().fields[0].c_str(), nullptr);
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Training "
      "run</title>\n"
      "<style>" +
      tools::report_style() + "</style></head><body><main>\n<h1>Training run</h1>\n<p>Step " +
      fixed(last_step, 0) + ", epoch " + tools::html_escaped(table.rows.back().fields[1]) +
      ". Losses are means over the steps between two points.</p>\n";
  constexpr std::size_t kFirstCurve = 2;  // behind step and epoch
  for (std::size_t column = kFirstCurve; column < table.heading.size(); ++column)
    page += card(read_curve(table, column), last_step);
  page += "<footer>bitplace " BITPLACE_VERSION_STRING "</footer>\n</main></body></html>\n";
  return write_file(folder + "/run.html", std::as_bytes(std::span(page)));
}

}  // namespace bitplace::train
