// From a checkpoint to the contents of a model, as the command line asks for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "graph/model_contents.h"
#include "networks/load_network.h"
#include "quantize/choose_quantization.h"
#include "quantize/precision.h"
#include "quantize/quantization_report.h"
#include "vprconv/decisions.h"
#include "vprconv/descriptor_choice.h"

namespace bitplace::tools {

struct ConvertOptions {
  std::string checkpoint, output, network, head, cut, input_size;
  std::optional<float> gem_p;
  std::string pool_norm;
  std::string variant, activation_quantizer, weight_quantizer;
  std::optional<int> grid;
  std::optional<std::uint64_t> random_seed;
  std::string precision = "fp32";  // a name, or a JSON file
  std::string calibration_method = "auto";
  std::string unsigned_codes = "auto";  // or always, never
  bool no_equalization = false, no_weight_rounding = false, no_bias_correction = false;
  std::string descriptor = "f32", calibrate, preprocess, channel_order = "rgb";
  std::optional<std::int64_t> descriptor_size;
  bool whiten = false;
  std::optional<double> epsilon;
  std::string verify, dump_passes, json;
};

struct Source {
  LoadedNetwork network;  // preprocessing as the command line wants it
  std::vector<std::pair<std::string, std::string>> metadata;
};

// What was found and decided on the way, beside the model.
struct Conversion {
  ModelContents model;
  DescriptorChoice descriptor;
  std::vector<Decision> decisions;
  std::vector<std::string> notes;
  std::optional<Graph> reference;  // what verification evaluates, where it is not the trained graph itself
  bool exact = false;              // real-valued throughout, all of it fp32
  double least_cosine = 0.0;       // with bits or levels in it: what verification must find for features
  double farthest_turn = 0.0;      // and how far from a sign's 0 a number may be whose bit turns over
  std::vector<QuantizationTrial> trials;  // ways to quantize, and which was taken
  std::size_t chosen_trial = 0;
  std::vector<RaisedLayer> raised;                 // by their sensitivity
  std::optional<QuantizationReport> quantization;  // where some layer has integer arithmetic
};

using PassObserver = std::function<void(const char* pass, const Graph& graph)>;

Result<Conversion> convert_binary(const ConvertOptions& options, const Source& source,
                                  const PassObserver& observe);
Result<Conversion> convert_real(const ConvertOptions& options, const Source& source,
                                const PassObserver& observe);

DataType descriptor_type_of(const std::string& name);  // "f32", "s8", "bits"

}  // namespace bitplace::tools
