#include "networks/heads/recognise_head.h"

#include "core/error.h"
#include "networks/heads/layer_extent.h"

namespace bitplace {
namespace {

using Found = Result<std::optional<RecognisedHead>>;
const std::optional<RecognisedHead> kNothing;

// Where heads stand in the modules of the programs that train them.
constexpr const char* kPlaces[] = {"aggregator.", "aggregation.", "aggregation.0.", "pool."};
constexpr const char* kLinearBehind = "aggregation.1";  // of what stands in aggregation.0

class Recogniser {
 public:
  Recogniser(const NamedTensors& tensors, const HeadRequest& request)
      : tensors_(tensors), request_(request) {}

  Found recognise() const;

 private:
  bool contains(const std::string& name) const { return tensors_.contains(name); }
  std::int32_t extent(const std::string& name, std::size_t axis) const {
    return layer_extent(tensors_, name, axis);
  }
  std::optional<Projection> linear(const std::string& name, bool normalize_input) const;
  Status check_supported() const;

  std::optional<RecognisedHead> mixvpr(const std::string& place) const;
  std::optional<RecognisedHead> convap(const std::string& place) const;
  std::optional<RecognisedHead> netvlad(const std::string& place) const;
  std::optional<RecognisedHead> hloc_netvlad() const;
  std::optional<RecognisedHead> cosplace() const;
  Found gem() const;
  RecognisedHead pooled(HeadKind kind, PoolHead pool, std::optional<Projection> projection) const;
  Found pool_and_linear() const;
  RecognisedHead normed(HeadKind kind, PoolHead pool, Projection projection, PoolNorm norm) const;

  const NamedTensors& tensors_;
  const HeadRequest& request_;
};

std::optional<Projection> Recogniser::linear(const std::string& name, bool normalize_input) const {
  if (!contains(name + ".weight")) return std::nullopt;
  return Projection{name, extent(name + ".weight", 0), contains(name + ".bias"), normalize_input};
}

Status Recogniser::check_supported() const {
  for (const std::string place : kPlaces) {
    for (const auto& [part, head] : {std::pair("dust_bin", "SALAD"), std::pair("boqs.0.queries", "BoQ")}) {
      if (contains(place + part))
        return make_error(ErrorCode::unsupported, "tensor '" + place + part + "'",
                          std::string("belongs to the head ") + head + ", which this build does not have");
    }
  }
  return {};
}

std::optional<RecognisedHead> Recogniser::mixvpr(const std::string& place) const {
  const std::string channels = place + "channel_proj.weight", rows = place + "row_proj.weight";
  if (!contains(channels) || !contains(rows)) return std::nullopt;
  MixvprHead head;
  head.prefix = place;
  head.depth = 0;
  while (contains(place + "mix." + std::to_string(head.depth) + ".mix.0.weight"))
    ++head.depth;
  head.positions = extent(rows, 1);
  head.hidden = extent(place + "mix.0.mix.1.weight", 0);
  head.channels = extent(channels, 0);
  head.rows = extent(rows, 0);
  return RecognisedHead{{HeadKind::mixvpr, head}, {}};
}

std::optional<RecognisedHead> Recogniser::convap(const std::string& place) const {
  const std::string name = place + "channel_pool";
  if (!contains(name + ".weight")) return std::nullopt;
  const std::int32_t grid = request_.grid.value_or(2);
  RecognisedHead found{{HeadKind::convap, ConvapHead{name, extent(name + ".weight", 0), grid, grid}, {}}, {}};
  if (!request_.grid)
    found.notes.emplace_back(
        "a grid of 2x2 cells is assumed, the usual one: the checkpoint does not hold it");
  return found;
}

std::optional<RecognisedHead> Recogniser::netvlad(const std::string& place) const {
  const std::string scores = place + "conv", centers = place + "centroids";
  if (!contains(scores + ".weight") || !contains(centers)) return std::nullopt;
  const NetvladHead head{scores, centers, extent(centers, 0), contains(scores + ".bias"),
                         VladOrder::cluster_major};
  const bool projected = place == "aggregation.0.";
  return RecognisedHead{{HeadKind::netvlad, head, projected ? linear(kLinearBehind, true) : std::nullopt},
                        {}};
}

std::optional<RecognisedHead> Recogniser::hloc_netvlad() const {
  const std::string scores = "netvlad.score_proj", centers = "netvlad.centers";
  if (!contains(scores + ".weight") || !contains(centers)) return std::nullopt;
  const NetvladHead head{scores, centers, extent(centers, 1), contains(scores + ".bias"),
                         VladOrder::dimension_major};
  return RecognisedHead{{HeadKind::netvlad, head}, {}};
}

RecognisedHead Recogniser::pooled(HeadKind kind, PoolHead pool, std::optional<Projection> projection) const {
  RecognisedHead found;
  if (request_.gem_p && !pool.p_name.empty())
    found.notes.push_back("the exponent that was asked for takes the place of the learned one, " +
                          pool.p_name);
  pool.p = request_.gem_p;
  found.spec = {kind, std::move(pool), std::move(projection)};
  return found;
}

// CosPlace and EigenPlaces as their own programs build them, and as gsv-cities does.
std::optional<RecognisedHead> Recogniser::cosplace() const {
  for (const auto& [p, fc] :
       {std::pair("aggregation.1.p", "aggregation.3"), std::pair("aggregator.gem.p", "aggregator.fc")}) {
    if (contains(p) && contains(std::string(fc) + ".weight"))
      return pooled(HeadKind::cosplace, {GlobalPool::generalized_mean, true, p, {}}, linear(fc, false));
  }
  return std::nullopt;
}

RecognisedHead Recogniser::normed(HeadKind kind, PoolHead pool, Projection projection, PoolNorm norm) const {
  pool.normalize_pixels = norm == PoolNorm::before;
  projection.normalize_input = norm == PoolNorm::after;
  return pooled(kind, std::move(pool), std::move(projection));
}

// deep-visual-geo-localization-benchmark numbers L2 norm, pooling and flattening in their order; a linear
// layer puts all that into aggregation.0.
Found Recogniser::gem() const {
  for (const std::string name : {"aggregator.p", "aggregation.p", "pool.p"}) {
    if (!contains(name)) continue;
    return std::optional(
        pooled(HeadKind::gem, {GlobalPool::generalized_mean, false, name, {}}, std::nullopt));
  }
  for (const auto& [name, before] :
       {std::pair("aggregation.0.p", false), std::pair("aggregation.1.p", true)}) {
    // Without a linear layer the norm behind the pooling is the descriptor's own.
    if (contains(name))
      return std::optional(
          pooled(HeadKind::gem, {GlobalPool::generalized_mean, before, name, {}}, std::nullopt));
  }
  const std::optional<Projection> behind = linear(kLinearBehind, false);
  if (!behind) return kNothing;
  if (contains("aggregation.0.1.p"))
    return std::optional(normed(HeadKind::gem, {GlobalPool::generalized_mean, false, "aggregation.0.1.p", {}},
                                *behind, PoolNorm::before));
  if (!contains("aggregation.0.0.p")) return kNothing;
  if (request_.pool_norm && *request_.pool_norm != PoolNorm::before)
    return std::optional(normed(HeadKind::gem, {GlobalPool::generalized_mean, false, "aggregation.0.0.p", {}},
                                *behind, *request_.pool_norm));
  return make_error(ErrorCode::mismatch, "tensor 'aggregation.0.0.p'",
                    "the features are normalised behind the pooling or not at all, and the checkpoint does "
                    "not hold which: say --pool-norm after or --pool-norm none");
}

// SPoC and MAC have no parameters: of these heads only the linear layer shows.
Found Recogniser::pool_and_linear() const {
  const std::optional<Projection> behind = linear(kLinearBehind, false);
  if (!behind) return kNothing;
  HeadKind kind{};
  const bool pooled_head =
      head_from_name(request_.name, &kind) && (kind == HeadKind::spoc || kind == HeadKind::mac);
  if (!pooled_head)
    return make_error(
        ErrorCode::mismatch, "tensor 'aggregation.1.weight'",
        "is a linear layer behind a pooling that has no parameters: say --head spoc or --head mac");
  const GlobalPool pool = kind == HeadKind::spoc ? GlobalPool::average : GlobalPool::maximum;
  RecognisedHead found =
      normed(kind, {pool, false, {}, {}}, *behind, request_.pool_norm.value_or(PoolNorm::before));
  if (!request_.pool_norm)
    found.notes.emplace_back(
        "pixels are assumed to be normalised before pooling, the usual choice: the checkpoint does not hold "
        "it");
  return std::optional(std::move(found));
}

Found Recogniser::recognise() const {
  BITPLACE_TRY(check_supported());
  for (const std::string place : kPlaces) {
    if (auto found = mixvpr(place)) return found;
    if (auto found = convap(place)) return found;
    if (auto found = netvlad(place)) return found;
  }
  if (auto found = hloc_netvlad()) return found;
  if (auto found = cosplace()) return found;
  BITPLACE_ASSIGN(found, gem());
  if (found) return found;
  return pool_and_linear();
}

}  // namespace

bool pool_norm_from_name(std::string_view name, PoolNorm* norm) {
  for (const auto& [text, value] : {std::pair("before", PoolNorm::before),
                                    std::pair("after", PoolNorm::after), std::pair("none", PoolNorm::none)}) {
    if (name != text) continue;
    *norm = value;
    return true;
  }
  return false;
}

Found recognise_head(const NamedTensors& tensors, const HeadRequest& request) {
  return Recogniser(tensors, request).recognise();
}

}  // namespace bitplace
