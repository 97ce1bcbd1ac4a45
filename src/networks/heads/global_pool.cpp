// SPoC, MAC and GeM: one number per channel.
//
//   SPoC  mean of x                          Babenko and Lempitsky, 2015
//   MAC   maximum of x                       Tolias, Sicre and Jegou, 2016
//   GeM   (mean of max(x, 1e-6)^p)^(1/p)     Radenovic, Tolias and Chum, 2019
#include "core/error.h"
#include "networks/heads/head_layers.h"

namespace bitplace::heads {
namespace {

constexpr float kDefaultP = 3.0f;

ValueId append_gem(NetworkBuilder& builder, ValueId features, const PoolHead& head) {
  GemPoolAttributes attributes;
  attributes.p = head.p.value_or(kDefaultP);
  if (!head.p_name.empty()) {
    const std::vector<float> learned = builder.parameter(head.p_name, {1});
    if (!builder.status().ok()) return kNone;
    if (!head.p) attributes.p = learned[0];
  }
  return builder.append({"gem", Op::gem_pool, {features}, kNone, attributes, {}});
}

}  // namespace

ValueId append_pool(NetworkBuilder& builder, ValueId features, const PoolHead& head) {
  const ValueId map =
      head.normalize_pixels ? normalize_pixels(builder, "head/l2_pixels", features) : features;
  switch (head.pool) {
    case GlobalPool::average:
      return builder.global_average("spoc", map);
    case GlobalPool::maximum:
      return builder.global_max("mac", map);
    case GlobalPool::generalized_mean:
      return append_gem(builder, map, head);
  }
  return kNone;
}

}  // namespace bitplace::heads
