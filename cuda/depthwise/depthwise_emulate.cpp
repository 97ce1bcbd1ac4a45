#include "cuda/common/emulate.h"
#include "cuda/depthwise/depthwise.h"

namespace bitplace::cuda {

template <typename Type, int kKernel, int kStride>
static void emulate_depthwise(const void* parameters, ThreadOrder order) {
  run_depthwise<Type, kKernel, kStride>(*static_cast<const DeviceConvolutionCall*>(parameters),
                                        [&](auto kernel) {
                                          emulate<decltype(kernel)>(parameters, order);
                                          return 0;
                                        });
}

#define BITPLACE_DEPTHWISE_ROW(table, form, type, kernel, stride)           \
  static const EmulatedKernel table##__##form##_emulated(#table "__" #form, \
                                                         emulate_depthwise<type, kernel, stride>);
#include "cuda/depthwise/depthwise.inc"

}  // namespace bitplace::cuda
