// Access to one operator of a TFLite model, with errors that name it.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "bitplace/tensor.h"
#include "checkpoint/checkpoint.h"

namespace bitplace {

// The numbers of a tensor of s32 or s64; none of other types.
std::vector<std::int64_t> integer_values(const TfliteTensor& tensor);

// The numbers of an f32 tensor.
std::vector<float> f32_values(const TfliteTensor& tensor);

// Numbers with the shape of a convolution's weights.
Tensor weight_tensor(std::string name, const Shape& shape, const std::vector<float>& values);

class TfliteOperatorView {
 public:
  TfliteOperatorView(const TfliteModel& model, std::size_t index);

  const std::string& kind() const { return operator_.name; }
  // Short and readable: "conv2_bn" of "functional_5/conv2_bn/FusedBatchNormV3;...".
  std::string layer_name() const;

  Error error(ErrorCode code, const std::string& why) const;
  Error corrupt(const std::string& why) const { return error(ErrorCode::corrupt, why); }
  Error unsupported(const std::string& why) const { return error(ErrorCode::unsupported, why); }

  std::size_t input_count() const { return operator_.inputs.size(); }
  bool has_input(std::size_t position) const;
  Result<std::int32_t> input(std::size_t position) const;  // index of the tensor
  Result<std::int32_t> output() const;                     // of an operator with one output
  const TfliteTensor& tensor(std::int32_t index) const;

  // A constant that the file holds.
  Result<const TfliteTensor*> constant(std::size_t position) const;
  // `channels` finite numbers; a single one stands for all channels.
  Result<std::vector<float>> channel_constants(std::size_t position, std::int64_t channels) const;
  // Of a constant, which must have rank 4 and extents of at least 1.
  Result<Shape> filter_shape(const TfliteTensor& filter) const;

  Result<std::int32_t> option(const char* name, std::int32_t low, std::int32_t high) const;
  Status check_no_activation() const;

 private:
  const TfliteModel& model_;
  const TfliteOperator& operator_;
  std::size_t index_;
};

}  // namespace bitplace
