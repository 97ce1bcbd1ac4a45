#include "networks/heads/head.h"

#include <iterator>

#include "networks/heads/head_layers.h"

namespace bitplace {
namespace {

constexpr const char* kNames[] = {"flatten", "spoc", "mac", "gem", "netvlad", "mixvpr", "convap", "cosplace"};

struct AppendLayers {
  NetworkBuilder& builder;
  ValueId features;

  ValueId operator()(const FlattenHead&) const { return features; }
  ValueId operator()(const PoolHead& head) const { return heads::append_pool(builder, features, head); }
  ValueId operator()(const NetvladHead& head) const { return heads::append_netvlad(builder, features, head); }
  ValueId operator()(const MixvprHead& head) const { return heads::append_mixvpr(builder, features, head); }
  ValueId operator()(const ConvapHead& head) const { return heads::append_convap(builder, features, head); }
};

}  // namespace

const char* head_name(HeadKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

bool head_from_name(std::string_view name, HeadKind* kind) {
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (name != kNames[i]) continue;
    *kind = static_cast<HeadKind>(i);
    return true;
  }
  return false;
}

std::vector<std::string> head_names() {
  return {std::begin(kNames), std::end(kNames)};
}

std::optional<std::int64_t> required_positions(const HeadSpec& head) {
  const auto* mixvpr = std::get_if<MixvprHead>(&head.layers);
  return mixvpr != nullptr ? std::optional(mixvpr->positions) : std::nullopt;
}

ValueId append_head(NetworkBuilder& builder, ValueId features, const HeadSpec& head) {
  ValueId result = std::visit(AppendLayers{builder, features}, head.layers);
  if (head.projection) result = heads::append_projection(builder, result, *head.projection);
  if (head.components) result = heads::append_components(builder, result, *head.components);
  return result;
}

Result<Graph> append_head(Graph graph, const HeadSpec& head, ParameterSource& parameters) {
  const ValueId features = graph.features;
  NetworkBuilder builder(parameters, std::move(graph));
  return builder.finish(append_head(builder, features, head));
}

}  // namespace bitplace
