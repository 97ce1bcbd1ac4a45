#include <cmath>

#include "common/text_table.h"
#include "evaluation/report.h"

namespace bitplace::tools {
namespace {

// The drawing's coordinates: recall runs to the right, precision up.
constexpr double kLeft = 50.0;
constexpr double kTop = 12.0;
constexpr double kPlotWidth = 288.0;
constexpr double kPlotHeight = 190.0;

double chart_x(double recall) {
  return kLeft + recall * kPlotWidth;
}
double chart_y(double precision) {
  return kTop + (1.0 - precision) * kPlotHeight;
}

std::string point_text(double recall, double precision) {
  return fixed(chart_x(recall), 1) + "," + fixed(chart_y(precision), 1);
}

std::string axes() {
  std::string text;
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const std::string x = fixed(chart_x(share), 1);
    const std::string y = fixed(chart_y(share), 1);
    const std::string label = share == 0.0 || share == 1.0 ? fixed(share, 0) : fixed(share, 2);
    text += "<line class=\"grid\" x1=\"" + x + "\" y1=\"" + fixed(chart_y(1.0), 1) + "\" x2=\"" + x +
            "\" y2=\"" + fixed(chart_y(0.0), 1) + "\"/><line class=\"grid\" x1=\"" + fixed(chart_x(0.0), 1) +
            "\" y1=\"" + y + "\" x2=\"" + fixed(chart_x(1.0), 1) + "\" y2=\"" + y + "\"/><text x=\"" + x +
            "\" y=\"" + fixed(chart_y(0.0) + 15.0, 1) + "\" text-anchor=\"middle\">" + label +
            "</text><text x=\"" + fixed(kLeft - 6.0, 1) + "\" y=\"" + fixed(chart_y(share) + 4.0, 1) +
            "\" text-anchor=\"end\">" + label + "</text>\n";
  }
  text += "<text x=\"" + fixed(chart_x(0.5), 1) + "\" y=\"" + fixed(chart_y(0.0) + 31.0, 1) +
          "\" text-anchor=\"middle\">recall</text><text transform=\"translate(11 " + fixed(chart_y(0.5), 1) +
          ") rotate(-90)\" text-anchor=\"middle\">precision</text>\n";
  return text;
}

}  // namespace

std::string precision_recall_chart(const RetrievalFigures& figures) {
  std::string points;
  std::string last;
  for (const PrecisionRecall& point : figures.curve) {
    const std::string text = point_text(point.recall, point.precision);
    if (text != last) points += " " + text;
    last = text;
  }
  const PrecisionRecall& end = figures.curve.back();
  const double full = figures.recall_at_100_precision;
  return "<svg class=\"chart\" viewBox=\"0 0 350 245\" role=\"img\" aria-label=\"Precision-recall curve, "
         "area " +
         fixed(figures.auc_pr, 3) + "\">\n" + axes() + "<polygon class=\"area\" points=\"" +
         point_text(0.0, 0.0) + points + " " + point_text(end.recall, 0.0) +
         "\"/><polyline class=\"curve\" points=\"" + points.substr(1) + "\"/>\n<circle class=\"mark\" cx=\"" +
         fixed(chart_x(full), 1) + "\" cy=\"" + fixed(chart_y(1.0), 1) +
         "\" r=\"4.5\"><title>recall at 100 % precision: " + fixed(full, 3) + "</title></circle></svg>\n";
}

}  // namespace bitplace::tools
