// Every convolution row on every shape. The result is compared with the reference kernel after timing.

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "bench/registration.h"
#include "bench/report_share.h"
#include "core/arena.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"

namespace bitplace::bench {
namespace {

AlignedBuffer buffer(std::size_t bytes) {
  Result<AlignedBuffer> result = AlignedBuffer::allocate(bytes + kTailPad);
  if (!result.ok()) throw std::bad_alloc();
  return *std::move(result);
}

void fill_random(AlignedBuffer& memory, std::size_t bytes, std::uint32_t seed) {
  std::mt19937 generator(seed);
  for (std::size_t i = 0; i < bytes; ++i)
    memory.data()[i] = static_cast<std::byte>(generator());
}

// Random constants and input for one shape.
class ConvolutionData {
 public:
  explicit ConvolutionData(const ConvolutionShape& shape) : shape_(shape) {
    const ConvolutionProblem& p = shape.problem;
    const std::int64_t depth = convolution_depth(p);
    const auto outputs = static_cast<std::size_t>(p.output_channels);
    weights_bytes_ = static_cast<std::size_t>((depth + 7) / 8) * outputs;
    weights_ = buffer(weights_bytes_);
    fill_random(weights_, weights_bytes_, 1);
    clear_unused_weight_bits(depth);
    threshold_.assign(outputs, 0);
    flip_.assign(outputs, 0);
    for (std::size_t c = 0; c < outputs; c += 3)
      flip_[c] = 1;
    input_ = buffer(input_bytes());
    fill_random(input_, input_bytes(), 2);
    clear_unused_input_bits();
  }

  ConvolutionConstants constants() const {
    const bool raw = shape_.problem.epilogue == ConvolutionEpilogue::raw_s32;
    return {reinterpret_cast<const std::uint8_t*>(weights_.data()), raw ? nullptr : threshold_.data(),
            raw ? nullptr : flip_.data()};
  }
  const void* input() const { return input_.data(); }
  std::size_t weight_bytes() const { return weights_bytes_; }

  std::size_t input_bytes() const {
    const ConvolutionProblem& p = shape_.problem;
    const auto pixels = static_cast<std::size_t>(p.input_height) * static_cast<std::size_t>(p.input_width);
    const auto channels = static_cast<std::size_t>(p.input_channels);
    return shape_.table == "convolution_u8_b1" ? pixels * channels : pixels * ((channels + 31) / 32) * 4;
  }
  std::size_t output_bytes() const {
    const ConvolutionProblem& p = shape_.problem;
    const auto pixels = static_cast<std::size_t>(p.output_height) * static_cast<std::size_t>(p.output_width);
    const auto channels = static_cast<std::size_t>(p.output_channels);
    return p.epilogue == ConvolutionEpilogue::raw_s32 ? pixels * channels * 4
                                                      : pixels * ((channels + 31) / 32) * 4;
  }

 private:
  void clear_unused_weight_bits(std::int64_t depth) {
    if (depth % 8 == 0) return;
    const auto row_bytes = static_cast<std::size_t>((depth + 7) / 8);
    for (std::size_t end = row_bytes; end <= weights_bytes_; end += row_bytes) {
      weights_.data()[end - 1] &= static_cast<std::byte>((1 << depth % 8) - 1);
    }
  }
  void clear_unused_input_bits() {
    const std::int32_t channels = shape_.problem.input_channels;
    if (shape_.table == "convolution_u8_b1" || channels % 32 == 0) return;
    auto* words = reinterpret_cast<std::uint32_t*>(input_.data());
    const std::size_t per_pixel = static_cast<std::size_t>(channels + 31) / 32;
    for (std::size_t w = per_pixel - 1; w < input_bytes() / 4; w += per_pixel)
      words[w] &= (1u << channels % 32) - 1;
  }

  const ConvolutionShape& shape_;
  std::size_t weights_bytes_ = 0;
  AlignedBuffer weights_;
  std::vector<std::int32_t> threshold_;
  std::vector<std::uint8_t> flip_;
  AlignedBuffer input_;
};

// A kernel with its constants packed, ready to run on an input.
class PackedConvolution {
 public:
  PackedConvolution(const ConvolutionKernel& kernel, const ConvolutionShape& shape,
                    const ConvolutionData& data)
      : kernel_(kernel),
        problem_(shape.problem),
        packed_(buffer(kernel.packed_bytes(shape.problem))),
        scratch_(buffer(kernel.scratch_bytes(shape.problem))),
        output_(buffer(data.output_bytes())) {
    kernel.pack(problem_, data.constants(), packed_.data());
    call_ = {&problem_, packed_.data(), data.input(), output_.data(), scratch_.data()};
  }

  void run() {
    const std::int64_t prepare_tasks = kernel_.prepare_tasks(problem_);
    for (std::int64_t task = 0; task < prepare_tasks; ++task)
      kernel_.prepare(call_, task);
    const std::int64_t run_tasks = kernel_.run_tasks(problem_);
    for (std::int64_t task = 0; task < run_tasks; ++task)
      kernel_.run(call_, task);
  }

  const std::byte* output() const { return output_.data(); }

 private:
  const ConvolutionKernel& kernel_;
  ConvolutionProblem problem_;
  AlignedBuffer packed_;
  AlignedBuffer scratch_;
  AlignedBuffer output_;
  ConvolutionCall call_{};
};

bool equals_reference(const ConvolutionKernel& reference, const ConvolutionShape& shape,
                      const ConvolutionData& data, const PackedConvolution& timed) {
  PackedConvolution expected(reference, shape, data);
  expected.run();
  return std::memcmp(expected.output(), timed.output(), data.output_bytes()) == 0;
}

void run_benchmark(benchmark::State& state, const ConvolutionShape& shape, const ConvolutionKernel& kernel,
                   const ConvolutionKernel& reference) {
  const ConvolutionData data(shape);
  PackedConvolution convolution(kernel, shape, data);
  const double seconds = time_iterations(state, [&] { convolution.run(); });
  const auto operations = static_cast<double>(shape.multiply_accumulates());
  state.counters["MAC/s"] = operations / seconds;
  state.counters["bytes/s"] =
      static_cast<double>(data.input_bytes() + data.weight_bytes() + data.output_bytes()) / seconds;
  report_share(state, arithmetic_limit(shape.table, kernel.name, kernel.features), operations, seconds);
  if (&kernel != &reference && !equals_reference(reference, shape, data, convolution)) {
    state.SkipWithError("differs from the reference kernel");
  }
}

KernelTable<ConvolutionKernel> table_of(const ConvolutionShape& shape) {
  return shape.table == "convolution_u8_b1" ? convolution_u8_b1_kernels() : convolution_b1_b1_kernels();
}

}  // namespace

void register_convolutions(const std::vector<ConvolutionShape>& shapes) {
  const Result<IsaFeatures> features = active_features();
  for (const ConvolutionShape& shape : shapes) {
    const KernelTable<ConvolutionKernel> table = table_of(shape);
    const ConvolutionKernel* reference = table.rows[table.count - 1];
    for (std::size_t i = 0; i < table.count; ++i) {
      const ConvolutionKernel* kernel = table.rows[i];
      if ((kernel->features & ~*features) != 0 || !kernel->accepts(shape.problem)) continue;
      const std::string name = shape.network + "/" + shape.layer + "/" + kernel->name;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [shape, kernel, reference](benchmark::State& state) {
                                     run_benchmark(state, shape, *kernel, *reference);
                                   })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace bitplace::bench
