#include "lowering/lower.h"

#include <algorithm>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

Status check_no_float_layer(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (!is_affine(node.op)) continue;
    return make_error(ErrorCode::unsupported, "layer '" + node.name + "' (" + op_name(node.op) + ")",
                      "stays a float layer, because it does not stand between a convolution and a sign; this "
                      "version runs integer layers only");
  }
  return {};
}

struct Pass {
  const char* name;
  std::function<Result<Graph>(const Graph&)> run;
};

Result<Graph> run_passes(const Graph& graph, std::initializer_list<Pass> passes,
                         const std::function<void(const char*, const Graph&)>& observe) {
  Graph lowered = graph;
  for (const Pass& pass : passes) {
    Result<Graph> next = pass.run(lowered);
    if (!next.ok()) return with_context(next.error(), pass.name);
    lowered = *std::move(next);
    if (observe) observe(pass.name, lowered);
  }
  return lowered;
}

}  // namespace

Result<Graph> lower(const Graph& graph, const LoweringOptions& options) {
  BITPLACE_TRY(validate_graph(graph));
  if (options.observe) options.observe("float", graph);
  BITPLACE_ASSIGN(
      lowered,
      run_passes(
          graph,
          {{"integer_input", [&](const Graph& g) { return integer_input(g, options.input_divisor); }},
           {"orient_filters", orient_filters},
           {"fold_thresholds", fold_thresholds},
           {"pool_behind_sign", pool_behind_sign},
           {"fuse_convolution", fuse_convolution},
           {"encode_descriptor", [&](const Graph& g) { return encode_descriptor(g, options.descriptor); }}},
          options.observe));
  BITPLACE_TRY(check_no_float_layer(lowered));
  BITPLACE_TRY(validate_deployable(lowered));
  return lowered;
}

bool has_bits_or_levels(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) { return node.op == Op::sign || node.op == Op::levels; });
}

Result<Graph> fold_real(const Graph& graph, const std::function<void(const char*, const Graph&)>& observe) {
  BITPLACE_TRY(validate_graph(graph));
  if (observe) observe("float", graph);
  Graph folded = graph;
  if (has_bits_or_levels(graph)) {
    BITPLACE_ASSIGN(integer, run_passes(graph,
                                        {{"orient_filters", orient_filters},
                                         {"fold_thresholds", fold_thresholds},
                                         {"fold_integer_layers", fold_integer_layers},
                                         {"fold_real_thresholds", fold_real_thresholds},
                                         {"pool_behind_sign", pool_behind_sign},
                                         {"fuse_convolution", fuse_convolution}},
                                        observe));
    folded = std::move(integer);
  }
  return run_passes(folded, {{"fold_batch_norm", fold_batch_norm}, {"fuse_activations", fuse_activations}},
                    observe);
}

Result<PreciseGraph> lower_real(const Graph& folded, const RealLoweringOptions& options) {
  BITPLACE_ASSIGN(precise, apply_precision(folded, options.precisions, options.ranges));
  if (options.observe) options.observe("apply_precision", precise.graph);
  BITPLACE_ASSIGN(encoded,
                  run_passes(precise.graph,
                             {{"encode_descriptor",
                               [&](const Graph& g) { return encode_descriptor(g, options.descriptor); }}},
                             options.observe));
  BITPLACE_TRY(validate_deployable(encoded));
  precise.graph = std::move(encoded);
  return precise;
}

}  // namespace bitplace
