// In which arithmetic each operation of a float graph will run, and on which scales its codes stand.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"
#include "quantize/activation_range.h"
#include "quantize/precision.h"

namespace bitplace {

enum class Arithmetic : std::uint8_t { codes, f16, f32 };

// Codes of a value: x is about code * scale, the code within [low, high].
struct CodeScale {
  float scale = 1.0f;
  std::int32_t low = -127;
  std::int32_t high = 127;

  DataType type() const { return high > 127 ? DataType::u8 : DataType::s8; }
};

// The step behind a layer that puts its numbers on levels which training chose, if that is all that reads
// them; null for others.
const Node* step_onto_levels(const Graph& graph, const Node& layer);

// Layers with weights run as the precision map says. What stands between them runs on codes where all its
// inputs are codes and some integer layer reads its result, perhaps through others of its kind; otherwise in
// the widest arithmetic of its inputs. Heads' own operations run in f32.
class ArithmeticChoice {
 public:
  ArithmeticChoice(const Graph& graph, const PrecisionMap& precisions, const ActivationRanges& ranges);

  Arithmetic of_node(std::size_t node) const { return nodes_[node]; }
  Arithmetic of_input() const { return input_; }

  // Whether a node reads this value as codes.
  bool read_as_codes(ValueId value) const { return read_as_codes_[static_cast<std::size_t>(value)]; }

  // The codes that a value has: 8 bits, or 4 where nothing reads more. Values that operations hand on
  // unchanged, such as max-pooling's, share one scale. Where the precision map has codes without a sign, they
  // stand between integer convolutions, with max-pooling at most, and reach 255.
  CodeScale codes_of(ValueId value) const;
  // The codes that an f32 layer of the graph gives where it gives codes: those of its range, or those of the
  // levels that training puts its numbers on. None for layers that have bits or codes as they are.
  std::optional<CodeScale> codes_of_layer(const Node& layer) const;
  // The codes that a layer of 4-bit activations reads; the image is never less than 8 bits.
  CodeScale codes_for(ValueId value, Precision precision) const;

 private:
  void choose_nodes(const PrecisionMap& precisions);
  void leave_floats_floats();
  void mark_reading(const PrecisionMap& precisions);
  void join_scales();
  void choose_unsigned(const PrecisionMap& precisions);
  float pixel() const;  // of the input; 0 where it is not read as the image's bytes
  std::size_t root(ValueId value) const;
  CodeScale codes(ValueId value, bool four_bits) const;

  const Graph& graph_;
  const ActivationRanges& ranges_;
  Arithmetic input_ = Arithmetic::f32;
  std::vector<Arithmetic> nodes_;
  std::vector<bool> read_as_codes_;
  std::vector<bool> wide_;       // by root: some reader wants 8 bits
  std::vector<ValueId> parent_;  // values that share a scale
  std::vector<ActivationRange> range_of_root_;
  std::vector<bool> signed_;    // by root: nothing in the graph keeps a value from being negative
  std::vector<bool> unsigned_;  // by root: codes reach 255
};

}  // namespace bitplace
