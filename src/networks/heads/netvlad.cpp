// NetVLAD (Arandjelovic and others, 2016): per cluster the sum of the features' distances to its centre, each
// feature shared out over the clusters by a softmax.
//
//   x    = feature / max(|feature|, 1e-12)                     at every pixel
//   a    = softmax over k of scores.weight[k] . x (+ bias[k])
//   V[k] = sum over the pixels of a[k] * (x - centers[k]), divided by max(its length, 1e-12)
#include "networks/heads/head_layers.h"

namespace bitplace::heads {
namespace {

ValueId append_scores(NetworkBuilder& builder, ValueId map, const NetvladHead& head) {
  const std::int64_t channels = builder.shape(map)[3];
  if (head.order == VladOrder::cluster_major) {
    return builder.convolution(head.scores, map,
                               {.filters = head.clusters, .kernel = 1, .bias = head.score_bias});
  }
  // torch.nn.Conv1d: the weight has one spatial axis.
  const std::vector<float> weight = builder.parameter(head.scores + ".weight", {head.clusters, channels, 1});
  std::vector<float> bias(static_cast<std::size_t>(head.clusters), 0.0f);
  if (head.score_bias) bias = builder.parameter(head.scores + ".bias", {head.clusters});
  return builder.constant_linear(head.scores, map, weight, bias);
}

// Centres [K, D], whatever the checkpoint's order.
std::vector<float> take_centers(NetworkBuilder& builder, std::int64_t channels, const NetvladHead& head) {
  const std::int64_t clusters = head.clusters;
  if (head.order == VladOrder::cluster_major) return builder.parameter(head.centers, {clusters, channels});
  const std::vector<float> transposed = builder.parameter(head.centers, {channels, clusters});
  std::vector<float> centers(transposed.size());
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(transposed.size()); ++i) {
    const std::int64_t channel = i / clusters, cluster = i % clusters;
    centers[static_cast<std::size_t>(cluster * channels + channel)] = transposed[static_cast<std::size_t>(i)];
  }
  return centers;
}

}  // namespace

ValueId append_netvlad(NetworkBuilder& builder, ValueId features, const NetvladHead& head) {
  const ValueId map = normalize_pixels(builder, "head/l2_pixels", features);
  const ValueId scores = append_scores(builder, map, head);
  const ValueId shares = builder.append({"head/softmax", Op::softmax, {scores}, kNone, NoAttributes{}, {}});
  const std::int64_t channels = builder.shape(map)[3];
  const std::vector<float> centers = take_centers(builder, channels, head);
  if (!builder.status().ok()) return kNone;
  const TensorId tensor =
      builder.add_tensor(head.centers, Shape(std::int64_t{head.clusters}, channels), centers);
  const VladAttributes attributes{head.order == VladOrder::dimension_major ? 1 : 0};
  return builder.append({"netvlad", Op::vlad, {shares, map}, kNone, attributes, {{"centers", tensor}}});
}

}  // namespace bitplace::heads
