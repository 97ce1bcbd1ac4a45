// Which arithmetic each layer of a network uses.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Of a layer's weights and of the activations it reads. fp32_ordered: the same bytes on every processor.
// w4a8: 4-bit weights on 8-bit codes.
enum class Precision : std::uint8_t { fp32, fp32_ordered, fp16, int8, w4a8, w4a4 };

const char* precision_name(Precision precision);  // "fp32", "fp32-ordered", "fp16", "int8", ...
bool precision_from_name(const std::string& name, Precision* precision);
int weight_bits(Precision precision);  // 32, 32, 16, 8, 4, 4
bool is_integer(Precision precision);
int largest_weight_code(Precision precision);  // of integer ones: 127, 7, 7

// One for every layer with weights (the convolutions of the graph, by name), and one for those not named.
// unsigned_codes: where 8-bit activations cannot be negative and stand between integer layers, their codes
// reach 255 instead of 127, which halves their rounding. AVX2 multiplies such codes half as fast.
struct PrecisionMap {
  Precision otherwise = Precision::fp32;
  std::map<std::string, Precision> layers;
  bool unsigned_codes = false;

  Precision of(const std::string& layer) const;
};

// Whether a map says in which arithmetic the node runs: it is a convolution of f32 numbers. Layers of bits
// and of levels are what training made them.
bool has_precision(const Graph& graph, const Node& node);
// The names of the layers that have a precision, in the graph's order.
std::vector<std::string> weighted_layers(const Graph& graph);
bool has_integer_layers(const Graph& graph, const PrecisionMap& precisions);

// {"default": "int8", "layers": {"features.0.0": "fp16"}, "unsigned_codes": true}. Errors name the file, the
// place and the reason; a layer that the graph does not have is one.
Result<PrecisionMap> read_precision_map(const std::string& path, const Graph& graph);
Status write_precision_map(const std::string& path, const PrecisionMap& map);

}  // namespace bitplace
