// What the networks and quantizers of training compute. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bitplace::test {

enum class QuantizerUse { activations, weights };
enum class NumberType { f32, f64, bf16 };

struct QuantizerRun {
  bool known = false;
  std::vector<double> values;
  std::vector<double> gradients;  // of the sum of values[i] * upstream[i], by x[i]
};

// Quantizes x, laid out as `rows` filters, as numbers of this type.
QuantizerRun run_quantizer(QuantizerUse use, const std::string& name, const std::vector<double>& x,
                           const std::vector<double>& upstream, std::int64_t rows = 1,
                           NumberType type = NumberType::f64);

std::vector<std::string> quantizer_names(QuantizerUse use);

struct NetworkRequest {
  std::string name;
  std::string variant;
  std::int64_t classes = 0;
};

struct NetworkFacts {
  std::string error;            // of making it; empty: none
  std::int64_t parameters = 0;  // trained ones
  std::int64_t statistics = 0;  // numbers in running means and variances
  std::int64_t height = 0, width = 0;
};
NetworkFacts network_facts(const NetworkRequest& request);

struct NetworkRun {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> stages;  // shapes behind the batch
  std::vector<std::int64_t> features;
  std::int64_t logits = 0;  // per image; 0: no classifier
  // Of the convolutions in front of the map:
  std::vector<std::string> untouched;  // weights whose gradient is 0 throughout
  double largest_weight = 0.0;         // behind clip_weights() of weights 100 times as large
};
// Forward and backward with random images.
NetworkRun run_network(const NetworkRequest& request);

}  // namespace bitplace::test
