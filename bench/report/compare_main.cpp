// bitplace_compare: the JSON of bitplace_bench --device, and of what measured libraries beside it, as tables.
//
//   bitplace_compare cuda.json libtorch.json [--summary]

#include <cstdio>

#include "bench/report/comparison.h"
#include "common/program.h"
#include "core/error.h"

int main(int argc, char** argv) {
  using namespace bitplace;
  std::vector<std::string> paths;
  bool summary = false;
  tools::Program program("bitplace_compare",
                         "Compares a GPU's kernels with libraries on the same shapes: how many times as long "
                         "each library takes.");
  tools::CommandLine& app = program.set_main([&]() -> Status {
    std::vector<bench::Results> files;
    for (const std::string& path : paths) {
      BITPLACE_ASSIGN(results, bench::read_results(path));
      files.push_back(std::move(results));
    }
    const std::string text = summary ? bench::comparison_summary(files) : bench::comparison_table(files);
    std::printf("%s", text.c_str());
    for (const bench::Results& file : files) {
      for (const std::string& failure : file.failures)
        std::fprintf(stderr, "not measured: %s\n", failure.c_str());
    }
    return {};
  });
  app.add_option("RESULTS", paths,
                 "what bitplace_bench and bitplace_torch_bench wrote with --benchmark_out=FILE")
      ->required();
  app.add_flag("--summary", summary, "only the geometric means of each table and number of images");
  return program.main(argc, argv);
}
