#include "evaluation/search_chart.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/random.h"

using namespace bitplace;
using namespace bitplace::tools;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
    ++found;
  return found;
}

std::vector<SearchPoint> random_points(std::size_t number, test::Random& random) {
  std::vector<SearchPoint> points(number);
  for (SearchPoint& point : points) {
    // Few values, so that some points are equal in one coordinate or both.
    point.bits = static_cast<double>(random.integer(16, 64)) / 4.0;
    point.error = static_cast<double>(random.integer(1, 40)) * 1e-4;
  }
  return points;
}

bool beats(const SearchPoint& a, const SearchPoint& b) {
  return a.bits <= b.bits && a.error <= b.error && (a.bits < b.bits || a.error < b.error);
}

std::string chart_of(const SearchPlot& plot) {
  const auto chart = search_chart(plot);
  if (!chart.ok()) FAIL(chart.error().message());
  return *chart;
}

// Values of an attribute of all elements of a class, in order.
std::vector<double> values(const std::string& chart, const std::string& kind, const std::string& name) {
  std::vector<double> found;
  const std::string start = "class=\"" + kind + "\"";
  for (std::size_t at = 0; (at = chart.find(start, at)) != std::string::npos; at += start.size())
    found.push_back(std::stod(chart.substr(chart.find(" " + name + "=\"", at) + name.size() + 3)));
  return found;
}

SearchPlot small_plot() {
  SearchPlot plot;
  plot.title = "Search <of> a network";
  plot.error_name = "mean squared error";
  plot.points = {{16.0, 1e-6, "all fp16", "fp16"},
                 {8.0, 4e-4, "all int8", "int8"},
                 {4.0, 0.3, "all int4", "int4"},
                 {10.0, 2e-5, "7 of 9 layers int8 & 2 fp16", ""},
                 {11.0, 9e-5, "", ""},
                 {12.0, 5e-3, "", ""}};
  return plot;
}

}  // namespace

TEST_CASE("the front is what no other point beats") {
  test::Random random;
  for (int round = 0; round < 20; ++round) {
    const std::vector<SearchPoint> points = random_points(60, random);
    const std::vector<std::size_t> front = pareto_front(points);
    REQUIRE_FALSE(front.empty());
    for (std::size_t i = 1; i < front.size(); ++i) {
      CHECK(points[front[i]].bits > points[front[i - 1]].bits);
      CHECK(points[front[i]].error < points[front[i - 1]].error);
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool beaten = std::any_of(points.begin(), points.end(),
                                      [&](const SearchPoint& other) { return beats(other, points[i]); });
      const bool equal_on_front = std::any_of(front.begin(), front.end(), [&](std::size_t f) {
        return points[f].bits == points[i].bits && points[f].error == points[i].error;
      });
      CHECK(beaten != equal_on_front);
    }
  }
}

TEST_CASE("points that are not finite belong to no front") {
  const std::vector<SearchPoint> points = {
      {4.0, std::nan(""), "", ""}, {INFINITY, 0.0, "", ""}, {8.0, 0.5, "", ""}};
  CHECK(pareto_front(points) == std::vector<std::size_t>{2});
  CHECK(pareto_front({}).empty());
}

TEST_CASE("the chart shows every candidate once, the front, the marks, the budget and the choice") {
  SearchPlot plot = small_plot();
  const std::string plain = chart_of(plot);
  CHECK(count(plain, "class=\"dot\"") == 2);
  CHECK(count(plain, "class=\"best\"") == 4);
  CHECK(count(plain, "class=\"named\"") == 3);
  CHECK(count(plain, "<polyline class=\"front\"") == 1);
  for (const char* mark : {">fp16</text>", ">int8</text>", ">int4</text>"})
    CHECK(count(plain, mark) == 1);
  CHECK(plain.find("7 of 9 layers int8 &amp; 2 fp16: 10.000 bits, error 2e-05") != std::string::npos);
  CHECK(count(plain, "class=\"budget\"") == 0);
  CHECK(count(plain, "class=\"chosen\"") == 0);

  plot.points.push_back(plot.points.back());  // lies on another
  plot.points.push_back({9.0, std::nan(""), "", ""});
  plot.budget = 10.0;
  plot.chosen = 3;
  const std::string full = chart_of(plot);
  CHECK(count(full, "class=\"dot\"") == 2);
  CHECK(count(full, "class=\"budget\"") == 1);
  REQUIRE(values(full, "chosen", "cx").size() == 1);
  CHECK(values(full, "chosen", "cx")[0] == values(full, "budget", "x1")[0]);
  CHECK(full.find("nan") == std::string::npos);
}

TEST_CASE("more bits lie to the right, larger errors higher, and everything inside the drawing") {
  const std::string chart = chart_of(small_plot());
  const std::vector<double> x = values(chart, "best", "cx"), y = values(chart, "best", "cy");
  REQUIRE(x.size() == 4);
  for (std::size_t i = 1; i < x.size(); ++i) {
    CHECK(x[i] > x[i - 1]);
    CHECK(y[i] > y[i - 1]);  // the front falls
  }
  for (const char* kind : {"dot", "best", "named"}) {
    for (const double value : values(chart, kind, "cx"))
      CHECK((value >= 64.0 && value <= 684.0));
    for (const double value : values(chart, kind, "cy"))
      CHECK((value >= 14.0 && value <= 344.0));
  }
  // Logarithmic: from 1e-6 to 4e-4 and from 4e-4 to 0.3 in proportion to the logarithms.
  CHECK((y[2] - y[1]) / (y[1] - y[0]) ==
        Approx(std::log10(4e-4 / 2e-5) / std::log10(0.3 / 4e-4)).epsilon(0.01));
}

TEST_CASE("errors of zero, one point and wide ranges can be drawn") {
  SearchPlot plot = small_plot();
  plot.points = {{32.0, 0.0, "", "fp32"}};
  CHECK(values(chart_of(plot), "named", "cy") == std::vector<double>{344.0});
  plot.points.push_back({4.0, 1e30, "", ""});
  plot.points.push_back({8.0, 1e-30, "", ""});
  CHECK(count(chart_of(plot), "class=\"grid\"") < 40);
}

TEST_CASE("a chart without a finite point, or with a choice that is none, is refused") {
  SearchPlot plot = small_plot();
  plot.chosen = 6;
  CHECK_FALSE(search_chart(plot).ok());
  plot.chosen.reset();
  plot.points = {{4.0, std::nan(""), "", ""}};
  CHECK_FALSE(search_chart(plot).ok());
  plot.points.clear();
  CHECK_FALSE(search_chart(plot).ok());
}

TEST_CASE("the page stands alone and lists the front") {
  SearchPlot plot = small_plot();
  plot.chosen = 3;
  plot.points.push_back({9.0, INFINITY, "", ""});
  const auto path =
      std::filesystem::temp_directory_path() / ("search_" + std::to_string(::getpid()) + ".html");
  REQUIRE(write_search_page(path.string(), plot).ok());
  std::ifstream file(path, std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::filesystem::remove(path);
  CHECK(page.find("<h1>Search &lt;of&gt; a network</h1>") != std::string::npos);
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(count(page, "<tr>") == 5);
  CHECK(count(page, ">chosen</span>") == 1);
  CHECK(page.find("6 candidates.") != std::string::npos);
  CHECK(page.find("1 gave no finite error") != std::string::npos);
  for (const char* tag : {"svg", "table", "p", "div", "main"})
    CHECK(count(page, std::string("<") + tag + " ") + count(page, std::string("<") + tag + ">") ==
          count(page, std::string("</") + tag + ">"));
}
