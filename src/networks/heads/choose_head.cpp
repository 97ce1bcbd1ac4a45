#include <algorithm>

#include "core/error.h"
#include "networks/heads/layer_extent.h"
#include "networks/heads/recognise_head.h"
#include "networks/heads/wrapper_names.h"

namespace bitplace {
namespace {

Result<HeadKind> requested_kind(const std::string& name) {
  HeadKind kind{};
  if (head_from_name(name, &kind)) return kind;
  return make_error(ErrorCode::invalid_argument, "--head " + name,
                    "unknown; known are " + list_names(head_names()));
}

// Heads without parameters; nothing for the others.
std::optional<HeadSpec> bare_head(HeadKind kind, const HeadRequest& request) {
  switch (kind) {
    case HeadKind::flatten:
      return HeadSpec{kind, FlattenHead{}, {}};
    case HeadKind::spoc:
      return HeadSpec{kind, PoolHead{GlobalPool::average, false, {}, {}}, {}};
    case HeadKind::mac:
      return HeadSpec{kind, PoolHead{GlobalPool::maximum, false, {}, {}}, {}};
    case HeadKind::gem:
      return HeadSpec{kind, PoolHead{GlobalPool::generalized_mean, false, {}, request.gem_p}, {}};
    default:
      return std::nullopt;
  }
}

Error contradiction(const NamedTensors& tensors, const HeadRequest& request, HeadKind kind) {
  std::vector<std::string> names;
  for (const std::string& name : tensors.names()) {
    if (is_head_name(name)) names.push_back(name);
  }
  return make_error(
      ErrorCode::mismatch, "--head " + request.name,
      std::string("the checkpoint has the parameters of ") + head_name(kind) + ": " + list_names(names));
}

Error surplus_setting(const char* option, const HeadSpec& head, const char* lacks) {
  return make_error(ErrorCode::invalid_argument, option,
                    std::string("head ") + head_name(head.kind) + " has no " + lacks);
}

// Settings that the head does not have are mistakes.
Status check_settings(const HeadSpec& head, const HeadRequest& request) {
  const auto* pool = std::get_if<PoolHead>(&head.layers);
  if (request.gem_p && (pool == nullptr || pool->pool != GlobalPool::generalized_mean))
    return surplus_setting("--gem-p", head, "exponent");
  if (request.pool_norm && (pool == nullptr || !head.projection))
    return surplus_setting("--pool-norm", head, "pooling in front of a linear layer");
  if (request.pool_norm && pool->normalize_pixels != (*request.pool_norm == PoolNorm::before))
    return make_error(ErrorCode::mismatch, "--pool-norm",
                      "the parameters' names say where the features are normalised, and that is elsewhere");
  if (request.grid && head.kind != HeadKind::convap) return surplus_setting("--grid", head, "grid");
  return {};
}

Result<RecognisedHead> without_parameters(const HeadRequest& request) {
  BITPLACE_ASSIGN(kind, requested_kind(request.name.empty() ? request.usual : request.name));
  const std::optional<HeadSpec> head = bare_head(kind, request);
  if (!head) {
    return make_error(ErrorCode::mismatch, "--head " + request.name,
                      "the checkpoint has no parameters of such a head");
  }
  RecognisedHead chosen{*head, {}};
  if (kind == HeadKind::gem && !request.gem_p)
    chosen.notes.emplace_back("GeM's exponent is 3, where training starts: the checkpoint does not hold one");
  return chosen;
}

// Layers that may stand behind any head, and that tell nothing of it.
void add_trailing_layers(const NamedTensors& tensors, HeadSpec* head) {
  for (const auto& [name, normalized] : {std::pair("whiten", true), std::pair("projection", false)}) {
    const std::string layer = name;
    if (head->projection || !tensors.contains(layer + ".weight")) continue;
    head->projection = Projection{layer, layer_extent(tensors, layer + ".weight", 0),
                                  tensors.contains(layer + ".bias"), normalized};
  }
  if (tensors.contains("pca.components")) {
    head->components = PrincipalComponents{"pca", layer_extent(tensors, "pca.components", 0),
                                           tensors.contains("pca.explained_variance")};
  }
}

// The recognised head, or else one without parameters.
Result<RecognisedHead> recognised_or_bare(const NamedTensors& tensors, const HeadRequest& request) {
  BITPLACE_ASSIGN(recognised, recognise_head(tensors, request));
  if (!recognised) return without_parameters(request);
  const HeadKind kind = recognised->spec.kind;
  if (!request.name.empty() && request.name != head_name(kind)) return contradiction(tensors, request, kind);
  recognised->notes.insert(recognised->notes.begin(),
                           std::string("head recognised as ") + head_name(kind) + " by its parameters");
  return *std::move(recognised);
}

}  // namespace

Result<RecognisedHead> choose_head(const NamedTensors& tensors, const HeadRequest& request) {
  if (!request.name.empty()) BITPLACE_TRY(requested_kind(request.name));
  BITPLACE_ASSIGN(chosen, recognised_or_bare(tensors, request));
  BITPLACE_TRY(check_settings(chosen.spec, request));
  add_trailing_layers(tensors, &chosen.spec);
  return chosen;
}

Result<HeadSpec> untrained_head(const HeadRequest& request, std::int64_t channels, std::int64_t positions) {
  HeadKind kind = HeadKind::flatten;
  if (!request.name.empty()) {
    BITPLACE_ASSIGN(requested, requested_kind(request.name));
    kind = requested;
  }
  HeadSpec head{kind, FlattenHead{}, {}};
  if (const std::optional<HeadSpec> bare = bare_head(kind, request)) head = *bare;
  if (kind == HeadKind::netvlad)
    head.layers = NetvladHead{"aggregator.conv", "aggregator.centroids", 64, false, VladOrder::cluster_major};
  if (kind == HeadKind::mixvpr) {
    // A mixer as wide as the map has pixels; 4 rows of as many channels as the map has, at most 1024.
    const auto width = static_cast<std::int32_t>(positions);
    head.layers = MixvprHead{"aggregator.",
                             4,
                             positions,
                             width,
                             static_cast<std::int32_t>(std::min<std::int64_t>(channels, 1024)),
                             4};
  }
  if (kind == HeadKind::convap) {
    const std::int32_t grid = request.grid.value_or(2);
    head.layers = ConvapHead{"aggregator.channel_pool", 512, grid, grid};
  }
  if (kind == HeadKind::cosplace) {
    head.layers = PoolHead{GlobalPool::generalized_mean, true, {}, request.gem_p};
    head.projection = Projection{"aggregator.fc", 512, true, false};
  }
  BITPLACE_TRY(check_settings(head, request));
  return head;
}

}  // namespace bitplace
