#include "networks/heads/requested_head.h"

#include "core/error.h"
#include "networks/heads/head.h"

namespace bitplace {
namespace {

class NoParameters final : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>&) override {
    return make_error(ErrorCode::mismatch, "parameter '" + name + "'", "is missing");
  }
};

std::optional<PoolHead> pool_of(const std::string& name, const NetworkOptions& options) {
  if (name == "spoc") return PoolHead{GlobalPool::average, false, "", std::nullopt};
  if (name == "mac") return PoolHead{GlobalPool::maximum, false, "", std::nullopt};
  if (name == "gem") return PoolHead{GlobalPool::generalized_mean, false, "", options.gem_p};
  return std::nullopt;
}

}  // namespace

Status append_requested_head(const NetworkOptions& options, LoadedNetwork* network) {
  const std::string name = options.head.empty() ? "flatten" : options.head;
  if (options.gem_p && name != "gem")
    return make_error(ErrorCode::invalid_argument, "--gem-p", "is for the head gem");
  network->head = name;
  if (name == "flatten") return {};
  const std::optional<PoolHead> pool = pool_of(name, options);
  if (!pool) {
    return make_error(ErrorCode::mismatch, "--head " + name,
                      "needs parameters, and the checkpoint has none for it");
  }
  HeadSpec spec;
  head_from_name(name, &spec.kind);
  spec.layers = *pool;
  NoParameters none;
  BITPLACE_ASSIGN(graph, append_head(std::move(network->graph), spec, none));
  network->graph = std::move(graph);
  return {};
}

}  // namespace bitplace
