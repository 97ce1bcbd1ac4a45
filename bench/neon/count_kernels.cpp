// Runs every row of the convolution tables on every layer of a folder, one frame each, so that an emulator
// can count the instructions: the calls of getppid() in its log stand right before and right behind each
// frame.
//
//   bitplace_count_kernels SHAPES      prints "LAYER ROW MULTIPLY_ACCUMULATES" in the order of the frames

#include <unistd.h>

#include <cstdio>

#include "bench/kernels/convolution_data.h"
#include "bench/shapes.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

void run_rows(const ConvolutionShape& shape) {
  const ConvolutionData data(shape);
  const KernelTable<ConvolutionKernel> table = shape.table->rows();
  for (std::size_t i = 0; i < table.count; ++i) {
    const ConvolutionKernel& row = *table.rows[i];
    const bool runs = row.features != 0 && (row.features & ~cpu_features()) == 0;
    if (!runs || !row.accepts(shape.problem)) continue;
    PackedConvolution convolution(row, shape, data);
    getppid();
    convolution.run();
    getppid();
    std::printf("%s %s %lld\n", shape.layer.c_str(), row.name,
                static_cast<long long>(shape.multiply_accumulates()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SHAPES\n", argv[0]);
    return 2;
  }
  for (const ConvolutionShape& shape : read_shapes(argv[1]))
    run_rows(shape);
  return 0;
}
