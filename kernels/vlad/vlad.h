// Vectors of locally aggregated descriptors from soft assignments (NetVLAD), byte-identical on every
// instruction set. With a[n][k] the share of cluster k in pixel n, x[n][d] its features and m[k][d] the
// centers, the residuals sum(a * (x - m)) are taken as
//
//   v[k][d] = sum over n of a[n][k] * x[n][d]  -  (sum over n of a[n][k]) * m[k][d]
//   y[k][d] = v[k][d] * float(1.0 / max(sqrt(double(length2)), 1e-12)),  length2 = sum over d of v[k][d]^2
//
// Sums over pixels begin at +0 and take the pixels in row-major order; length2 is taken in 16 interleaved
// partial sums, dimension d into sum d % 16, then the tree of ordered_sum.h. Every operation stands for
// itself, rounded in binary32 where nothing else is written, and never fused.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Nothing overlaps. Assignments, features and centers have a tail (kTailPad).
struct VladCall {
  const float* assignments;  // [pixels, clusters]
  const float* features;     // [pixels, dimensions]
  const float* centers;      // [clusters, dimensions]
  float* residuals;          // v: [clusters, dimensions]; may be the output where that is not dimension-major
  float* output;             // y[k][d] at k * dimensions + d, or at d * clusters + k if dimension_major
  std::int64_t pixels, clusters, dimensions;
  bool dimension_major;
};

// Runs clusters [begin, end) and writes no others.
struct VladKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const VladCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<VladKernel> vlad_kernels();

}  // namespace bitplace
