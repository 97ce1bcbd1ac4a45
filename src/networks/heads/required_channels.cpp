#include "networks/heads/recognise_head.h"

namespace bitplace {
namespace {

// The parameter that multiplies the features channel by channel, and which of its axes that is.
struct Place {
  std::string name;
  std::size_t axis = 1;
};

struct FindPlace {
  const HeadSpec& head;

  Place operator()(const FlattenHead&) const { return {}; }
  Place operator()(const PoolHead&) const {
    if (head.projection) return {head.projection->name + ".weight"};
    return head.components ? Place{head.components->name + ".components"} : Place{};
  }
  Place operator()(const NetvladHead& netvlad) const {
    return {netvlad.centers, netvlad.order == VladOrder::dimension_major ? std::size_t{0} : std::size_t{1}};
  }
  Place operator()(const MixvprHead& mixvpr) const { return {mixvpr.prefix + "channel_proj.weight"}; }
  Place operator()(const ConvapHead& convap) const { return {convap.convolution + ".weight"}; }
};

}  // namespace

std::optional<std::int64_t> required_channels(const NamedTensors& tensors, const HeadSpec& head) {
  const Place place = std::visit(FindPlace{head}, head.layers);
  const std::vector<std::int64_t> shape = tensors.shape(place.name);
  if (place.axis >= shape.size()) return std::nullopt;
  return shape[place.axis];
}

}  // namespace bitplace
