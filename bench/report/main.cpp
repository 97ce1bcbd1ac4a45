// bitplace_report: the JSON of bitplace_bench as one page with roofline plots.
//
//   bitplace_bench --benchmark_out=results.json --benchmark_out_format=json
//   bitplace_report results.json -o report.html

#include <cstdio>
#include <span>

#include "bench/report/page.h"
#include "common/program.h"
#include "core/error.h"
#include "core/file.h"

int main(int argc, char** argv) {
  using namespace bitplace;
  std::string input;
  std::string output = "report.html";
  tools::Program program("bitplace_report", "Makes one page with roofline plots from bitplace_bench's JSON.");
  tools::CommandLine& app = program.set_main([&]() -> Status {
    BITPLACE_ASSIGN(results, bench::read_results(input));
    const std::string page = bench::report_page(results);
    BITPLACE_TRY(write_file(output, std::as_bytes(std::span(page))));
    std::printf("%s: %zu measurements\n", output.c_str(), results.measurements.size());
    return {};
  });
  app.add_option("RESULTS", input, "what bitplace_bench --benchmark_out=FILE wrote")->required();
  app.add_option("-o,--output", output, "the page (default: report.html)");
  return program.main(argc, argv);
}
