// Heads: what turns a backbone's last feature map into the numbers of a descriptor. docs/heads.md has the
// formulas and where they come from.
//
// A head ends before the descriptor's own normalisation, which the descriptor's encoding adds
// (lowering/passes.h). Parameters have the names of the checkpoints that hold them, in full.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bitplace/result.h"
#include "networks/network_builder.h"

namespace bitplace {

enum class HeadKind : std::uint8_t { flatten, spoc, mac, gem, netvlad, mixvpr, convap, cosplace };

const char* head_name(HeadKind kind);
bool head_from_name(std::string_view name, HeadKind* kind);
std::vector<std::string> head_names();  // every name that --head takes

// The map as it is.
struct FlattenHead {};

enum class GlobalPool : std::uint8_t { average, maximum, generalized_mean };

// One number per channel: SPoC, MAC, GeM, and what CosPlace does before its linear layer.
struct PoolHead {
  GlobalPool pool = GlobalPool::average;
  bool normalize_pixels = false;  // every pixel to length 1 over its channels, before pooling
  std::string p_name = {};        // GeM's learned exponent, one number; empty: there is none
  std::optional<float> p = {};    // instead of the learned one; without either it is 3
};

// How the sums over the clusters are stored, and what their parameters look like.
enum class VladOrder : std::uint8_t {
  cluster_major,   // index k * D + d; scores.weight [K, D, 1, 1], centers [K, D]
  dimension_major  // index d * K + k; scores.weight [K, D, 1], centers [D, K]
};

struct NetvladHead {
  std::string scores;   // NAME.weight and perhaps NAME.bias: features to cluster scores
  std::string centers;  // of the clusters
  std::int32_t clusters = 64;
  bool score_bias = false;
  VladOrder order = VladOrder::cluster_major;
};

// Parameters PREFIX + "mix.I.mix.{0,1,3}", "channel_proj", "row_proj".
struct MixvprHead {
  std::string prefix;
  std::int32_t depth = 4;
  std::int64_t positions = 400;  // pixels of the feature map: fixed by the weights
  std::int32_t hidden = 400;     // width inside a mixer
  std::int32_t channels = 1024;
  std::int32_t rows = 4;
};

// 1x1 convolution, then the mean of each cell of a grid.
struct ConvapHead {
  std::string convolution;
  std::int32_t channels = 512;
  std::int32_t rows = 2, columns = 2;
};

// Linear layer behind everything else: a projection, or whitening in this form.
struct Projection {
  std::string name;
  std::int32_t outputs = 0;
  bool bias = true;
  bool normalize_input = false;  // to length 1, before the layer
};

// Principal components of descriptors, of length 1 each: NAME.mean [D], NAME.components [outputs, D] and, for
// whitening, NAME.explained_variance [outputs], as scikit-learn calls them.
struct PrincipalComponents {
  std::string name;
  std::int32_t outputs = 0;
  bool whiten = false;
};

struct HeadSpec {
  HeadKind kind = HeadKind::flatten;
  std::variant<FlattenHead, PoolHead, NetvladHead, MixvprHead, ConvapHead> layers;
  std::optional<Projection> projection = {};
  std::optional<PrincipalComponents> components = {};  // behind all that
};

// The pixels that the feature map must have; nothing where the head takes any.
std::optional<std::int64_t> required_positions(const HeadSpec& head);

// Appends the head's layers to features [1, h, w, c]; the result is [1, 1, 1, n] but for a bare flatten,
// which leaves the map as it is: encoding flattens it. Errors are kept by the builder.
ValueId append_head(NetworkBuilder& builder, ValueId features, const HeadSpec& head);

// The same behind a finished graph: the head's output becomes features and descriptor.
Result<Graph> append_head(Graph graph, const HeadSpec& head, ParameterSource& parameters);

}  // namespace bitplace
