#include "bench/device/device_benchmarks.h"
#include "bench/device/device_convolution.h"
#include "bench/device/moving_layers.h"

namespace bitplace::bench {
namespace {

struct Lister {
  cuda::Device& device;
  const std::vector<Library>& libraries;
  std::vector<DeviceBenchmark> list;

  void add_libraries(const ConvolutionShape& shape, int batch) {
    for (const Library& library : libraries) {
      if (!library.accepts(shape.problem)) continue;
      DeviceBenchmark benchmark = begin(shape, batch, library.name);
      benchmark.of_library = true;
      benchmark.make = [&library, problem = shape.problem, batch] { return library.make(problem, batch); };
      list.push_back(benchmark);
    }
  }

  void add_rows(const ConvolutionShape& shape, int batch) {
    for (const cuda::DeviceConvolutionKernel* row : device_rows(shape, device.architecture())) {
      DeviceBenchmark benchmark = begin(shape, batch, row->kernel.name);
      benchmark.instruction = cuda::promised_instruction(row->kernel, device.architecture());
      benchmark.make = [this_device = &device, row, shape, batch] {
        return make_device_convolution(*this_device, *row, shape, batch);
      };
      list.push_back(benchmark);
    }
  }

  void add_moving_layer(const MovingLayer& layer, int batch) {
    DeviceBenchmark benchmark;
    benchmark.layer = std::string(layer.layer) + "@" + std::to_string(batch);
    benchmark.name = layer.kernel->name;
    benchmark.make = [this_device = &device, layer, batch] {
      return make_moving_layer(*this_device, layer, batch);
    };
    list.push_back(benchmark);
  }

  static DeviceBenchmark begin(const ConvolutionShape& shape, int batch, const std::string& name) {
    DeviceBenchmark benchmark;
    benchmark.layer = layer_name(shape, batch);
    benchmark.name = name;
    benchmark.products = static_cast<double>(shape.multiply_accumulates()) * batch;
    return benchmark;
  }
};

}  // namespace

std::vector<DeviceBenchmark> list_device_benchmarks(cuda::Device& device,
                                                    const std::vector<ConvolutionShape>& shapes,
                                                    const std::vector<int>& batches,
                                                    const std::vector<Library>& libraries) {
  Lister lister{device, libraries, {}};
  for (std::size_t first = 0, end = 0; first < shapes.size(); first = end) {
    while (end < shapes.size() && same_layer(shapes[first], shapes[end]))
      ++end;
    for (const int batch : batches) {
      lister.add_libraries(shapes[first], batch);
      for (std::size_t i = first; i < end; ++i)
        lister.add_rows(shapes[i], batch);
    }
  }
  for (const MovingLayer& layer : moving_layers()) {
    for (const int batch : batches)
      lister.add_moving_layer(layer, batch);
  }
  return lister.list;
}

}  // namespace bitplace::bench
