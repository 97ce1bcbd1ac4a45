// Random constants and input for one layer, and a kernel packed and ready to run on them.
#pragma once

#include <vector>

#include "bench/shapes.h"
#include "core/arena.h"

namespace bitplace::bench {

class ConvolutionData {
 public:
  explicit ConvolutionData(const ConvolutionShape& shape);

  ConvolutionConstants constants() const;
  const void* input() const { return input_.data(); }
  std::size_t input_bytes() const { return input_bytes_; }
  std::size_t weight_bytes() const { return weight_bytes_; }
  std::size_t output_bytes() const { return output_row_bytes() * output_rows(); }
  std::size_t output_rows() const;
  std::size_t output_row_bytes() const;

 private:
  void fill_signs();
  void fill_codes();
  void fill_floats();

  const ConvolutionShape& shape_;
  std::size_t input_bytes_ = 0;
  std::size_t weight_bytes_ = 0;
  AlignedBuffer input_;
  AlignedBuffer weights_;
  std::vector<std::int32_t> threshold_;
  std::vector<std::uint8_t> flip_;
  std::vector<float> scale_;
  std::vector<float> bias_;
};

class PackedConvolution {
 public:
  PackedConvolution(const ConvolutionKernel& kernel, const ConvolutionShape& shape,
                    const ConvolutionData& data);

  void run();
  void run_task(std::int64_t task) { kernel_.run(call_, task); }
  const std::byte* output() const { return output_.data(); }

 private:
  const ConvolutionKernel& kernel_;
  ConvolutionProblem problem_;
  AlignedBuffer packed_;
  AlignedBuffer scratch_;
  AlignedBuffer output_;
  ConvolutionCall call_{};
};

}  // namespace bitplace::bench
