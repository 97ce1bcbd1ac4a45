#include "networks/real_tflite_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace bitplace::test {

Graph imported(const RealTfliteModel& m) {
  Result<ImportedTflite> result = import_real_tflite(m.model);
  if (!result.ok()) FAIL(result.error().message());
  return std::move(result->graph);
}

std::string error_of(const RealTfliteModel& m) {
  const Result<ImportedTflite> result = import_real_tflite(m.model);
  return result.ok() ? "no error" : result.error().message();
}

Numbers random_image(Random& random) {
  Numbers image(9 * 8 * 3);
  for (double& value : image)
    value = double{random.real(-1.0f, 1.0f)};
  return image;
}

Numbers features_of(const Graph& graph, const Numbers& image) {
  return evaluate_real(graph, image)[static_cast<std::size_t>(graph.features)];
}

const ConvolutionAttributes& convolution(const Graph& graph, std::size_t node) {
  return std::get<ConvolutionAttributes>(graph.nodes.at(node).attributes);
}

std::vector<Op> operations(const Graph& graph) {
  std::vector<Op> ops;
  for (const Node& node : graph.nodes)
    ops.push_back(node.op);
  return ops;
}

bool are_close(const Numbers& a, const Numbers& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= 1e-5 * std::max(1.0, std::abs(b[i])))) return false;
  }
  return true;
}

}  // namespace bitplace::test
