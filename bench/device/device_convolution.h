// A layer on a device, packed and ready to run on a batch of images.
#pragma once

#include "bench/device/device_work.h"
#include "bench/shapes.h"
#include "cuda/common/convolution.h"

namespace bitplace::bench {

// Rows of the device's table that run on the architecture and accept the shape, in the table's order. A plan
// takes the first.
std::vector<const cuda::DeviceConvolutionKernel*> device_rows(const ConvolutionShape& shape,
                                                              int architecture);

// All images are the same one. After a launch the first one's results must be the reference's, and the last
// one's the same bytes.
MadeWork make_device_convolution(cuda::Device& device, const cuda::DeviceConvolutionKernel& row,
                                 const ConvolutionShape& shape, int batch);

}  // namespace bitplace::bench
