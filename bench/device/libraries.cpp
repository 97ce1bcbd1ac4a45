#include "bench/device/library.h"

#if BITPLACE_BENCH_CUDNN
#include "bench/device/cudnn_library.h"
#endif
#if BITPLACE_BENCH_CUBLASLT
#include "bench/device/cublaslt_library.h"
#endif

namespace bitplace::bench {
namespace {

using Begin = Result<std::vector<Library>> (*)(cuda::Device&, int);

constexpr struct {
  const char* name;
  Begin begin;  // null where this build has it not
} kLibraries[] = {
#if BITPLACE_BENCH_CUDNN
    {"cudnn", cudnn_libraries},
#else
    {"cudnn", nullptr},
#endif
#if BITPLACE_BENCH_CUBLASLT
    {"cublaslt", cublaslt_libraries},
#else
    {"cublaslt", nullptr},
#endif
};

}  // namespace

Libraries open_libraries(cuda::Device& device, int device_number) {
  Libraries all;
  for (const auto& [name, begin] : kLibraries) {
    if (begin == nullptr) {
      all.notes.emplace_back(name, "not part of this build");
      continue;
    }
    const auto ways = begin(device, device_number);
    all.notes.emplace_back(name, ways.ok() ? ways->front().version : ways.error().message());
    if (ways.ok()) all.ways.insert(all.ways.end(), ways->begin(), ways->end());
  }
  return all;
}

}  // namespace bitplace::bench
