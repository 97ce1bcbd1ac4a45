#include "lowering/lower.h"

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

}  // namespace

Result<Graph> lower(const Graph& graph, const LoweringOptions& options) {
  struct Pass {
    const char* name;
    std::function<Result<Graph>(const Graph&)> run;
  };
  const Pass passes[] = {
      {"integer_input", [&](const Graph& g) { return integer_input(g, options.input_divisor); }},
      {"orient_filters", orient_filters},
      {"fold_thresholds", fold_thresholds},
      {"pool_behind_sign", pool_behind_sign},
      {"fuse_convolution", fuse_convolution},
      {"encode_descriptor", [&](const Graph& g) { return encode_descriptor(g, options.descriptor); }},
  };
  BITPLACE_TRY(validate_graph(graph));
  Graph lowered = graph;
  if (options.observe) options.observe("float", lowered);
  for (const Pass& pass : passes) {
    Result<Graph> next = pass.run(lowered);
    if (!next.ok()) return with_context(next.error(), pass.name);
    lowered = *std::move(next);
    if (options.observe) options.observe(pass.name, lowered);
  }
  BITPLACE_TRY(check_no_float_layer(lowered));
  BITPLACE_TRY(validate_deployable(lowered));
  return lowered;
}

}  // namespace bitplace
