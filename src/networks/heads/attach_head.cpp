#include "networks/heads/attach_head.h"

#include "core/error.h"

namespace bitplace {
namespace {

class NoParameters final : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>&) override {
    return make_error(ErrorCode::internal, "parameter '" + name + "'", "is asked for where there are none");
  }
};

}  // namespace

Result<HeadRequest> head_request(const NetworkOptions& options) {
  HeadRequest request;
  request.name = options.head;
  request.gem_p = options.gem_p;
  request.grid = options.grid;
  if (options.pool_norm.empty()) return request;
  PoolNorm norm{};
  if (!pool_norm_from_name(options.pool_norm, &norm)) {
    return make_error(ErrorCode::invalid_argument, "--pool-norm " + options.pool_norm,
                      "is none of before, after and none");
  }
  request.pool_norm = norm;
  return request;
}

Status attach_head(const RecognisedHead& head, ParameterSource& parameters, LoadedNetwork* network) {
  network->head = head_name(head.spec.kind);
  network->notes.insert(network->notes.end(), head.notes.begin(), head.notes.end());
  BITPLACE_ASSIGN(graph, append_head(std::move(network->graph), head.spec, parameters));
  network->graph = std::move(graph);
  return {};
}

Status attach_bare_head(const NetworkOptions& options, LoadedNetwork* network) {
  BITPLACE_ASSIGN(request, head_request(options));
  const TensorCheckpoint nothing;
  BITPLACE_ASSIGN(head, choose_head(NamedTensors(nothing), request));
  NoParameters none;
  return attach_head(head, none, network);
}

Status attach_untrained_head(const NetworkOptions& options, ParameterSource& parameters,
                             LoadedNetwork* network) {
  BITPLACE_ASSIGN(request, head_request(options));
  const Shape& map = network->graph.values[static_cast<std::size_t>(network->graph.features)].shape;
  BITPLACE_ASSIGN(head, untrained_head(request, map[3], map[1] * map[2]));
  return attach_head({head, {}}, parameters, network);
}

}  // namespace bitplace
