// The machine behind import_real_tflite: one method per kind of operator.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "networks/import_tflite.h"
#include "networks/layer_names.h"
#include "networks/tflite_features.h"
#include "networks/tflite_operator.h"

namespace bitplace {

class RealTfliteImporter {
 public:
  RealTfliteImporter(const TfliteModel& model, const TfliteInputSize& size);

  Result<ImportedTflite> import();

 private:
  using Operator = TfliteOperatorView;

  struct Handler {
    const char* name;
    Status (RealTfliteImporter::*add)(const Operator&);
  };

  struct Margins {
    std::int32_t top = 0, left = 0, bottom = 0, right = 0;
    bool any() const { return (top | left | bottom | right) != 0; }
  };

  // An activation that is nothing but a clamp.
  struct Clamp {
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
    bool open() const { return low == Clamp{}.low && high == Clamp{}.high; }
  };

  Status add_input();
  Status add_operator(const Operator& op);

  // real_tflite_layers.cpp
  Status add_convolution(const Operator& op);
  Status add_depthwise_convolution(const Operator& op);
  Status add_fully_connected(const Operator& op);
  Status add_average_pool(const Operator& op);
  Status add_max_pool(const Operator& op);
  Status add_mean(const Operator& op);
  Status add_pad(const Operator& op);
  Status append_convolution(const Operator& op, ValueId input, ConvolutionAttributes attributes,
                            const Shape& shape, std::vector<float> weights);
  Result<std::vector<float>> read_weights(const Operator& op);
  Result<std::vector<float>> read_bias(const Operator& op, std::int64_t filters) const;
  Result<ConvolutionAttributes> convolution_attributes(const Operator& op, ValueId input, Margins margins,
                                                       const Shape& filter) const;
  template <typename Attributes>
  Result<Attributes> pool_attributes(const Operator& op, ValueId input, const Margins& margins) const;
  bool is_never_negative(ValueId value) const;
  Result<ValueId> surround(const Operator& op, ValueId value, const Margins& margins);

  // real_tflite_blocks.cpp
  struct Blocks {
    std::int32_t height = 1, width = 1;
    bool operator==(const Blocks&) const = default;
  };
  Status add_space_to_batch(const Operator& op);
  Status add_batch_to_space(const Operator& op);
  Result<Blocks> read_blocks(const Operator& op) const;
  Result<Margins> read_margins(const Operator& op) const;
  Status apply_blocks(const Operator& op, ConvolutionAttributes* attributes, Margins* margins) const;

  // real_tflite_elementwise.cpp
  Status add_identity(const Operator& op);
  Status add_activation(const Operator& op);
  Status add_addition(const Operator& op);
  Status add_subtraction(const Operator& op);
  Status add_multiplication(const Operator& op);
  Status add_concatenation(const Operator& op);
  Status add_reshape(const Operator& op);
  Status append_channel_affine(const Operator& op, std::size_t position, const std::vector<float>& multiplier,
                               const std::vector<float>& addend);
  bool fold_channel_affine(std::int32_t tensor, ValueId value, const std::vector<float>& multiplier,
                           const std::vector<float>& addend, const Clamp& clamp);
  bool fold_clamp(std::int32_t tensor, ValueId value, const Clamp& clamp);
  bool is_silu_gate(std::int32_t input, std::int32_t output) const;
  Result<std::vector<float>> channel_constants(const Operator& op, std::size_t position,
                                               std::int64_t channels) const;
  // The position of the one operand that is a constant, or -1 where both are computed.
  Result<int> constant_position(const Operator& op) const;

  // What an operator clamps its output to: its fused activation, or what its output's range implies.
  Result<Clamp> output_clamp(const Operator& op) const;

  // Operands, behind the operators that only change their representation.
  bool is_constant(std::int32_t tensor) const;
  Result<const TfliteTensor*> constant(const Operator& op, std::size_t position) const;
  Result<ValueId> operand(const Operator& op, std::size_t position);
  Result<ValueId> padded_operand(const Operator& op, std::size_t position, Margins* margins) const;
  Result<ValueId> any_operand(const Operator& op, std::size_t position, Margins* margins) const;
  Result<ValueId> convolution_operand(const Operator& op, Margins* margins) const;
  bool is_sole_reader(std::int32_t tensor) const;

  Result<ValueId> append(const Operator& op, const char* part, Node node);
  // Takes room for so many numbers out of what the file may make of its constants.
  Status spend(const Operator& op, std::size_t numbers);
  Status bind(const Operator& op, ValueId value);
  Status bind_folded(const Operator& op, ValueId value);
  Node* writer_of(ValueId value);

  const TfliteModel& model_;
  const TfliteInputSize size_;
  std::size_t copy_budget_;
  ImportedTflite result_;
  TfliteFeatures features_;
  LayerNames names_;
  std::vector<ValueId> value_of_;               // by tensor
  std::vector<std::int32_t> origin_of_;         // by value: the tensor that it is
  std::vector<std::int32_t> constant_of_;       // by tensor: a constant that was dequantized; -1 for others
  std::map<std::int32_t, Margins> margins_;     // by tensor: zeros that surround its value
  std::map<std::int32_t, Blocks> blocks_;       // by tensor: the blocks that its value is dealt out in
  std::map<std::int32_t, ValueId> silu_gates_;  // by tensor: the sigmoid of this value
};

// "expanded_conv_1/project" of "MobileNetV2/expanded_conv_1/project/batch_norm/FusedBatchNormV3;...".
std::string real_layer_name(const std::string& tensor);

}  // namespace bitplace
