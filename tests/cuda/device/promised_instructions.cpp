// What the tables promise to be in the machine code of kernels: for check_sass.sh, a line per kernel and
// architecture; with --table, the table of docs/cuda.md.

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cuda/common/architecture.h"
#include "cuda/plan/device_convolution.h"

namespace {

using namespace bitplace::cuda;

std::vector<const DeviceKernel*> all_kernels() {
  std::vector<const DeviceKernel*> kernels;
  for (const DeviceConvolutionTable& table : device_convolution_tables()) {
    const auto rows = table.rows();
    for (std::size_t i = 0; i < rows.count; ++i)
      kernels.push_back(&rows.rows[i]->kernel);
  }
  return kernels;
}

// Null where nothing is promised.
const char* promise(const DeviceKernel& kernel, int architecture) {
  const bool promises = kernel.instruction != nullptr && runs_on(kernel, architecture);
  return promises ? kernel.instruction(architecture) : nullptr;
}

void print_lines() {
  for (const DeviceKernel* kernel : all_kernels()) {
    for (const int architecture : architectures()) {
      if (const char* instruction = promise(*kernel, architecture))
        std::printf("sm_%d %s %s %s\n", architecture, kernel->symbol, instruction, kernel->name);
    }
  }
}

// "sm_75", "sm_80 to sm_89"
std::string range_text(int first, int last) {
  return first == last ? architecture_name(first)
                       : architecture_name(first) + " to " + architecture_name(last);
}

// A row for each run of architectures with one promise.
void print_rows(const DeviceKernel& kernel) {
  std::string text;
  int first = 0, last = 0;
  const auto flush = [&] {
    if (first != 0) {
      std::printf("| `%s` | %s | %s |\n", kernel.name, range_text(first, last).c_str(),
                  text.empty() ? "-" : ("`" + text + "`").c_str());
    }
  };
  for (const int architecture : architectures()) {
    if (!runs_on(kernel, architecture)) continue;
    const char* instruction = promise(kernel, architecture);
    const std::string now = instruction != nullptr ? instruction : "";
    if (first == 0 || now != text) {
      flush();
      first = architecture;
      text = now;
    }
    last = architecture;
  }
  flush();
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 1) {
    print_lines();
    return 0;
  }
  if (count != 2 || std::strcmp(arguments[1], "--table") != 0) return 2;
  std::printf("| kernel | architectures | instruction |\n| --- | --- | --- |\n");
  for (const DeviceKernel* kernel : all_kernels())
    print_rows(*kernel);
  return 0;
}
