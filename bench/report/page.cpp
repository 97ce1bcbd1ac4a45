#include "bench/report/page.h"

#include <algorithm>
#include <cmath>

#include "bench/report/roofline.h"
#include "common/text_table.h"
#include "evaluation/html.h"
#include "evaluation/report.h"

namespace bitplace::bench {
namespace {

using tools::fixed;
using tools::html_escaped;

const char* const kStyle = R"css(
.roof { stroke: var(--soft); stroke-width: 1.4; }
.roof.memory { stroke-dasharray: 5 4; opacity: .7; }
.dot { fill: var(--soft); stroke: var(--card); stroke-width: 1; }
.tier-ref { --tier: #8b8f94; } .tier-sse42 { --tier: #a06a2c; } .tier-avx2 { --tier: #2a7fd0; }
.tier-avxvnni { --tier: #2ab0b8; } .tier-avx512 { --tier: #8a53c9; } .tier-avx512vnni { --tier: #c2409a; }
.tier-avx512vpopcntdq { --tier: #d8574b; } .tier-neon { --tier: #2a7fd0; } .tier-neondot { --tier: #8a53c9; }
.tier-neonfp16 { --tier: #c2409a; } .tier-neoni8mm { --tier: #d8574b; }
.dot[class*="tier-"] { fill: var(--tier); } .roof[class*="tier-"] { stroke: var(--tier); }
.key { display: inline-block; width: .75em; height: .75em; border-radius: 50%; background: var(--tier); margin: 0 .3em 0 .9em; }
td.cell { white-space: nowrap; } td.cell b { font-weight: 600; } td.cell small { color: var(--soft); }
td.best { background: var(--right-soft); }
.meter { height: 4px; border-radius: 2px; background: var(--accent-soft); margin-top: 3px; overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--accent); }
)css";

// Each name once, in the order of first appearance.
template <typename Name>
std::vector<std::string> names(const std::vector<const Measurement*>& measurements, Name name) {
  std::vector<std::string> found;
  for (const Measurement* m : measurements) {
    if (std::find(found.begin(), found.end(), name(*m)) == found.end()) found.push_back(name(*m));
  }
  return found;
}

std::vector<const Measurement*> of_table(const Results& results, const std::string& table) {
  std::vector<const Measurement*> found;
  for (const Measurement& m : results.measurements) {
    if (m.table() == table) found.push_back(&m);
  }
  return found;
}

std::string time_text(double seconds) {
  return seconds >= 1e-3 ? fixed(seconds * 1e3, 2) + " ms"
                         : fixed(seconds * 1e6, seconds < 1e-5 ? 2 : 1) + " us";
}

std::string rate_text(const Measurement& m) {
  if (m.multiply_accumulates <= 0) return fixed(m.bytes_per_second / 1e9, 1) + " GB/s";
  return m.rate() >= 1e9 ? fixed(m.rate() / 1e9, 0) + " G/s" : fixed(m.rate() / 1e6, 0) + " M/s";
}

std::string cell(const Measurement* m, bool best) {
  if (m == nullptr) return "<td></td>";
  std::string text = std::string("<td class=\"cell") + (best ? " best" : "") + "\"><b>" +
                     time_text(m->seconds) + "</b> <small>" + rate_text(*m);
  if (m->share > 0) {
    const double width = std::min(m->share, 1.0) * 100;
    text += " &middot; " + fixed(100 * m->share, 0) + " %</small><div class=\"meter\" title=\"" +
            html_escaped(m->limit) + "\"><i style=\"width:" + fixed(width, 0) + "%\"></i></div></td>";
  } else {
    text += "</small></td>";
  }
  return text;
}

// Layers down, kernels across; the fastest of a row stands out.
std::string kernel_table(const std::vector<const Measurement*>& measurements) {
  const auto kernels = names(measurements, [](const Measurement& m) { return m.kernel; });
  const auto layers = names(measurements, [](const Measurement& m) { return m.network + " / " + m.layer; });
  std::string text = "<div class=\"scroll\"><table><tr><th>layer</th>";
  for (const std::string& kernel : kernels)
    text += "<th>" + html_escaped(kernel.substr(kernel.find("__") + 2)) + "</th>";
  text += "</tr>\n";
  for (const std::string& layer : layers) {
    std::vector<const Measurement*> row(kernels.size(), nullptr);
    double fastest = HUGE_VAL;
    for (const Measurement* m : measurements) {
      if (m->network + " / " + m->layer != layer) continue;
      row[static_cast<std::size_t>(std::find(kernels.begin(), kernels.end(), m->kernel) - kernels.begin())] =
          m;
      fastest = std::min(fastest, m->seconds);
    }
    text += "<tr><td>" + html_escaped(layer) + "</td>";
    for (const Measurement* m : row)
      text += cell(m, m != nullptr && m->seconds <= fastest);
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string legend(const std::vector<const Measurement*>& measurements) {
  std::string text = "<p class=\"soft\">";
  for (const std::string& tier : names(measurements, [](const Measurement& m) { return m.tier(); }))
    text += "<span class=\"key " + tier_class(tier) + "\"></span>" + html_escaped(tier);
  return text + "</p>\n";
}

std::string section(const Results& results, const std::string& table) {
  const std::vector<const Measurement*> measurements = of_table(results, table);
  std::string text = "<h2>" + html_escaped(table) + "</h2>\n";
  const std::string plot = roofline(results, table);
  if (!plot.empty()) text += "<div class=\"card\">" + legend(measurements) + plot + "</div>\n";
  return text + kernel_table(measurements);
}

std::string tile(const std::string& value, const std::string& what) {
  return "<div class=\"card tile\"><b>" + html_escaped(value) + "</b><span>" + html_escaped(what) +
         "</span></div>\n";
}

// The median share of the fastest kernel of every convolution layer.
double median_share(const Results& results) {
  std::vector<const Measurement*> fastest;
  for (const Measurement& m : results.measurements) {
    if (m.share <= 0 || m.multiply_accumulates <= 0) continue;
    const auto same = [&](const Measurement* other) {
      return other->network == m.network && other->layer == m.layer && other->table() == m.table();
    };
    const auto found = std::find_if(fastest.begin(), fastest.end(), same);
    if (found == fastest.end()) {
      fastest.push_back(&m);
    } else if (m.seconds < (*found)->seconds) {
      *found = &m;
    }
  }
  if (fastest.empty()) return 0;
  std::sort(fastest.begin(), fastest.end(),
            [](const Measurement* a, const Measurement* b) { return a->share < b->share; });
  return fastest[fastest.size() / 2]->share;
}

}  // namespace

std::string report_page(const Results& results) {
  std::vector<const Measurement*> all;
  for (const Measurement& m : results.measurements)
    all.push_back(&m);
  const auto tables = names(all, [](const Measurement& m) { return m.table(); });
  const auto kernels = names(all, [](const Measurement& m) { return m.kernel; });
  std::string text =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>bitplace kernels</title>\n<style>" +
      tools::report_style() + kStyle +
      "</style></head><body><main>\n<h1>How near the limit each kernel runs</h1>\n";
  text +=
      "<p>" + html_escaped(results.cpu) + ", instruction sets up to " + html_escaped(results.isa) +
      ", one thread, " + html_escaped(results.date) +
      ". A share is the limit's time over the measured time; the limit is the longest of arithmetic, "
      "requantization and memory, each measured by a loop of its own in the same process. Each result was "
      "compared with the reference kernel after timing.</p>\n<div class=\"tiles\">";
  text += tile(std::to_string(kernels.size()), "kernels") + tile(std::to_string(all.size()), "measurements") +
          tile(fixed(100 * median_share(results), 0) + " %",
               "median share of the limit, fastest kernel of each layer") +
          tile(std::to_string(results.failures.size()), "wrong results") + "</div>\n";
  for (const std::string& failure : results.failures)
    text += "<p class=\"note\">" + html_escaped(failure) + "</p>\n";
  for (const std::string& table : tables)
    text += section(results, table);
  return text + "</main></body></html>\n";
}

}  // namespace bitplace::bench
