#include "cuda/convolution_b1_b1/convolution_b1_b1.h"

namespace bitplace::cuda {
namespace {

bool accepts(const ConvolutionProblem& p, int) {
  return accepts_tiled(p, kBitsForm);
}
std::size_t packed_bytes(const ConvolutionProblem& p) {
  return tiled_packed_bytes(p, kBitsForm);
}
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_tiled(p, kBitsForm, constants, packed);
}
std::size_t scratch_bytes(const ConvolutionProblem&, std::int32_t) {
  return 0;
}

constexpr DeviceConvolutionKernel row(const DeviceKernel& kernel) {
  return {kernel, accepts, packed_bytes, pack, scratch_bytes};
}

constexpr DeviceConvolutionKernel kXor128 =
    row({"convolution_b1_b1__xor128", 75, 79, BITPLACE_LAUNCH(launch_convolution_b1_b1_xor128),
         [](int) { return "BMMA.88128.XOR.POPC"; }, "BitsXor128"});
constexpr DeviceConvolutionKernel kXor256 =
    row({"convolution_b1_b1__xor256", 80, 89, BITPLACE_LAUNCH(launch_convolution_b1_b1_xor256),
         [](int) { return "BMMA.168256.XOR.POPC"; }, "BitsXor256"});
constexpr DeviceConvolutionKernel kAnd256 =
    row({"convolution_b1_b1__and256", 80, 90, BITPLACE_LAUNCH(launch_convolution_b1_b1_and256),
         [](int) { return "BMMA.168256.AND.POPC"; }, "BitsAnd256"});
constexpr DeviceConvolutionKernel kBytes =
    row({"convolution_b1_b1__bytes", 80, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_b1_b1_bytes),
         [](int) { return "IMMA.16832.U8.S8"; }, "BitsAsBytes"});
constexpr DeviceConvolutionKernel kThreads =
    row({"convolution_b1_b1__threads", 75, kAnyArchitecture,
         BITPLACE_LAUNCH(launch_convolution_b1_b1_threads), [](int) { return "POPC"; }, "BitsByThreads"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_b1_b1_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kXor128, &kXor256, &kAnd256, &kBytes,
                                                             &kThreads};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
