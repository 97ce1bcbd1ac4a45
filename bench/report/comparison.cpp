#include "bench/report/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "common/text_table.h"

namespace bitplace::bench {
namespace {

using tools::Align;
using tools::fixed;
using tools::TextTable;

std::string place(const Measurement& m) {
  return m.network + "/" + m.layer;
}

// "256" of "c56@256"; "1" where nothing is said.
std::string images_of(const Measurement& m) {
  const std::size_t at = m.layer.rfind('@');
  return at == std::string::npos ? "1" : m.layer.substr(at + 1);
}

// The fastest kernel of every table on every layer, in the order of the files.
std::vector<const Measurement*> fastest_kernels(const std::vector<Results>& files) {
  std::vector<const Measurement*> fastest;
  for (const Results& file : files) {
    for (const Measurement& m : file.measurements) {
      const auto same = [&](const Measurement* other) {
        return place(*other) == place(m) && other->table() == m.table();
      };
      const auto found = std::find_if(fastest.begin(), fastest.end(), same);
      if (found == fastest.end()) {
        fastest.push_back(&m);
      } else if (m.seconds < (*found)->seconds) {
        *found = &m;
      }
    }
  }
  return fastest;
}

// Seconds by library and layer.
using LibrarySeconds = std::map<std::string, std::map<std::string, double>>;

LibrarySeconds library_seconds(const std::vector<Results>& files) {
  LibrarySeconds seconds;
  for (const Results& file : files) {
    for (const Measurement& m : file.libraries)
      seconds[m.kernel][place(m)] = m.seconds;
  }
  return seconds;
}

// How many times as long as the kernel the library takes; 0 where it was not measured.
double times_as_long(const std::map<std::string, double>& library, const Measurement& kernel) {
  const auto found = library.find(place(kernel));
  return found == library.end() || kernel.seconds <= 0 ? 0.0 : found->second / kernel.seconds;
}

std::string times_text(double times) {
  return times > 0 ? fixed(times, 2) + " x" : "-";
}

std::vector<TextTable::Column> columns(std::vector<TextTable::Column> first,
                                       const LibrarySeconds& libraries) {
  for (const auto& [name, seconds] : libraries)
    first.push_back({name, Align::right});
  return first;
}

// A geometric mean of what is there.
class Mean {
 public:
  void add(double value) {
    if (value <= 0) return;
    logarithms_ += std::log(value);
    ++count_;
  }
  double value() const { return count_ > 0 ? std::exp(logarithms_ / count_) : 0.0; }

 private:
  double logarithms_ = 0;
  int count_ = 0;
};

struct SummaryLine {
  std::string table;
  std::string images;
  int layers = 0;
  Mean share;
  std::map<std::string, Mean> times;
};

SummaryLine& line_of(const Measurement& kernel, std::vector<SummaryLine>* lines) {
  for (SummaryLine& line : *lines) {
    if (line.table == kernel.table() && line.images == images_of(kernel)) return line;
  }
  lines->push_back({kernel.table(), images_of(kernel), 0, {}, {}});
  return lines->back();
}

}  // namespace

std::string comparison_table(const std::vector<Results>& files) {
  const LibrarySeconds libraries = library_seconds(files);
  TextTable table(columns(
      {{"layer", Align::left}, {"kernel", Align::left}, {"us", Align::right}, {"share", Align::right}},
      libraries));
  for (const Measurement* kernel : fastest_kernels(files)) {
    std::vector<std::string> cells = {place(*kernel), kernel->kernel, fixed(kernel->seconds * 1e6, 2),
                                      fixed(100 * kernel->share, 0) + " %"};
    for (const auto& [name, seconds] : libraries)
      cells.push_back(times_text(times_as_long(seconds, *kernel)));
    table.add_row(cells);
  }
  return table.text();
}

std::string comparison_summary(const std::vector<Results>& files) {
  const LibrarySeconds libraries = library_seconds(files);
  std::vector<SummaryLine> lines;
  for (const Measurement* kernel : fastest_kernels(files)) {
    SummaryLine& line = line_of(*kernel, &lines);
    ++line.layers;
    line.share.add(kernel->share);
    for (const auto& [name, seconds] : libraries)
      line.times[name].add(times_as_long(seconds, *kernel));
  }
  TextTable table(columns(
      {{"table", Align::left}, {"images", Align::right}, {"layers", Align::right}, {"share", Align::right}},
      libraries));
  for (const SummaryLine& line : lines) {
    std::vector<std::string> cells = {line.table, line.images, std::to_string(line.layers),
                                      fixed(100 * line.share.value(), 0) + " %"};
    for (const auto& [name, times] : line.times)
      cells.push_back(times_text(times.value()));
    table.add_row(cells);
  }
  return table.text();
}

}  // namespace bitplace::bench
