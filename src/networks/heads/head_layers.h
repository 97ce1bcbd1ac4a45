// The layers that heads are made of, and the heads themselves, one function each.
#pragma once

#include "networks/heads/head.h"

namespace bitplace::heads {

// Every pixel divided by max(its length over the channels, 1e-12).
ValueId normalize_pixels(NetworkBuilder& builder, const std::string& name, ValueId input);
// [1, h, w, c] -> [1, 1, c, h * w]
ValueId transpose(NetworkBuilder& builder, const std::string& name, ValueId input);
// [1, h, w, c] -> [1, 1, 1, c * h * w], the channels outermost, as PyTorch flattens
ValueId flatten(NetworkBuilder& builder, ValueId input);
// [1, h, w, c] -> [1, 1, 1, h * w * c], the channels innermost
ValueId reshape(NetworkBuilder& builder, const std::string& name, ValueId input);
std::int64_t pixels(const NetworkBuilder& builder, ValueId value);

ValueId append_pool(NetworkBuilder& builder, ValueId features, const PoolHead& head);
ValueId append_netvlad(NetworkBuilder& builder, ValueId features, const NetvladHead& head);
ValueId append_mixvpr(NetworkBuilder& builder, ValueId features, const MixvprHead& head);
ValueId append_convap(NetworkBuilder& builder, ValueId features, const ConvapHead& head);
ValueId append_projection(NetworkBuilder& builder, ValueId features, const Projection& projection);
ValueId append_components(NetworkBuilder& builder, ValueId features, const PrincipalComponents& components);

}  // namespace bitplace::heads
