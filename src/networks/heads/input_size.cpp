#include "networks/heads/input_size.h"

#include "core/error.h"

namespace bitplace {
namespace {

class Zeros final : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string&, const std::vector<std::int64_t>& shape) override {
    std::size_t count = 1;
    for (const std::int64_t extent : shape)
      count *= static_cast<std::size_t>(extent);
    return std::vector<float>(count);
  }
};

Result<std::int64_t> map_side(const Backbone& backbone, const BackboneCut& cut, std::int64_t image_side) {
  Zeros zeros;
  BITPLACE_ASSIGN(graph, build_backbone(backbone, cut, zeros, image_side, image_side));
  return graph.values[static_cast<std::size_t>(graph.features)].shape[1];
}

}  // namespace

Result<std::int64_t> input_side_for(const HeadSpec& head, const Backbone& backbone, const BackboneCut& cut) {
  constexpr std::int64_t kUsualSide = 320, kLargestMap = 128;
  const std::int64_t positions = required_positions(head).value_or(0);
  std::int64_t side = 1;
  while (side < kLargestMap && side * side < positions)
    ++side;
  BITPLACE_ASSIGN(usual, map_side(backbone, cut, kUsualSide));
  if (usual * usual == positions) return kUsualSide;
  // The map's side grows with the image's; the usual image says by what.
  const std::int64_t scaled = side * (kUsualSide / usual);
  if (side * side == positions) {
    BITPLACE_ASSIGN(fitting, map_side(backbone, cut, scaled));
    if (fitting == side) return scaled;
  }
  return make_error(
      ErrorCode::mismatch, std::string("head ") + head_name(head.kind),
      "its weights are for " + std::to_string(positions) +
          " pixels of the feature map, which says no size of a square image: give --input-size");
}

}  // namespace bitplace
