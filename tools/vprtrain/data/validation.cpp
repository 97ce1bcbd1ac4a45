#include "vprtrain/data/validation.h"

#include <algorithm>
#include <cmath>

#include "bitplace/executor.h"
#include "core/error.h"
#include "evaluation/matching.h"
#include "evaluation/split.h"
#include "image/decode.h"

namespace bitplace::train {
namespace {

// Which places are held out: the last of each collection, at least one of those that have two.
std::vector<bool> last_places(const Dataset& dataset, double share) {
  std::vector<bool> held(dataset.places.size());
  std::size_t begin = 0;
  while (begin < held.size()) {
    std::size_t end = begin;
    while (end < held.size() && dataset.places[end].collection == dataset.places[begin].collection)
      ++end;
    const std::size_t size = end - begin;
    const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(size)));
    const std::size_t count = size < 2 ? 0 : std::clamp<std::size_t>(wanted, 1, size - 1);
    std::fill(held.begin() + static_cast<std::ptrdiff_t>(end - count),
              held.begin() + static_cast<std::ptrdiff_t>(end), true);
    begin = end;
  }
  return held;
}

// Where the places begin that can be neighbours of `place`: neighbours lie next to each other.
template <typename Use>
void for_neighbours(const Dataset& dataset, std::int64_t place, Use&& use) {
  const auto size = static_cast<std::int64_t>(dataset.places.size());
  for (std::int64_t other = place - 1; other >= 0 && dataset.neighbours(place, other); --other)
    use(other);
  for (std::int64_t other = place + 1; other < size && dataset.neighbours(place, other); ++other)
    use(other);
}

bool is_reference(const Dataset& dataset, const Place& place, std::int64_t image) {
  const auto named = [&](std::int64_t index) {
    return dataset.images[static_cast<std::size_t>(index)].role == "ref";
  };
  const bool any = std::any_of(place.images.begin(), place.images.end(), named);
  return any ? named(image) : image == place.images.front();
}

ValidationSet set_of(const Dataset& held) {
  ValidationSet set;
  std::vector<std::vector<std::int64_t>> references_of(held.places.size());
  for (std::size_t p = 0; p < held.places.size(); ++p) {
    for (const std::int64_t image : held.places[p].images) {
      if (!is_reference(held, held.places[p], image)) continue;
      references_of[p].push_back(static_cast<std::int64_t>(set.references.size()));
      set.references.push_back(held.images[static_cast<std::size_t>(image)].path);
    }
  }
  for (std::size_t p = 0; p < held.places.size(); ++p) {
    std::vector<std::int64_t> accepted = references_of[p];
    for_neighbours(held, static_cast<std::int64_t>(p), [&](std::int64_t other) {
      const auto& more = references_of[static_cast<std::size_t>(other)];
      accepted.insert(accepted.end(), more.begin(), more.end());
    });
    std::sort(accepted.begin(), accepted.end());
    for (const std::int64_t image : held.places[p].images) {
      if (is_reference(held, held.places[p], image)) continue;
      set.queries.push_back(held.images[static_cast<std::size_t>(image)].path);
      set.truth.accepted.push_back(accepted);
    }
  }
  return set;
}

Result<std::vector<std::string>> images_of(const std::string& folder,
                                           const std::vector<std::int64_t>* chosen) {
  BITPLACE_ASSIGN(paths, list_images(folder));
  if (paths.empty()) return make_error(ErrorCode::io, folder, "list images", "there are none");
  if (chosen == nullptr) return paths;
  std::vector<std::string> result;
  for (const std::int64_t index : *chosen)
    result.push_back(paths[static_cast<std::size_t>(index)]);
  return result;
}

DescriptorView row_of(const std::vector<float>& descriptors, std::size_t row, const DescriptorSpec& spec) {
  return {descriptors.data() + row * static_cast<std::size_t>(spec.dimension), spec};
}

}  // namespace

Result<ValidationSet> hold_out(Dataset* dataset, double share) {
  const std::vector<bool> held = last_places(*dataset, share);
  std::vector<bool> kept(held.size());
  for (std::size_t i = 0; i < held.size(); ++i) {
    bool beside = false;
    for_neighbours(*dataset, static_cast<std::int64_t>(i),
                   [&](std::int64_t other) { beside = beside || held[static_cast<std::size_t>(other)]; });
    kept[i] = !held[i] && !beside;
  }
  ValidationSet set = set_of(selected_places(*dataset, held));
  if (set.queries.empty()) {
    return make_error(ErrorCode::invalid_argument, "validation",
                      "no place that is held out has two images, one to be found by the other");
  }
  if (std::none_of(kept.begin(), kept.end(), [](bool keep) { return keep; })) {
    return make_error(ErrorCode::invalid_argument, "validation", "no place is left to train on");
  }
  *dataset = selected_places(*dataset, kept);
  return set;
}

Result<ValidationSet> read_validation(const std::string& references, const std::string& queries,
                                      const std::string& truth, const std::string& split) {
  ValidationSet set;
  BITPLACE_ASSIGN(all_references, images_of(references, nullptr));
  BITPLACE_ASSIGN(all_queries, images_of(queries, nullptr));
  const auto reference_count = static_cast<std::int64_t>(all_references.size());
  const auto query_count = static_cast<std::int64_t>(all_queries.size());
  BITPLACE_ASSIGN(accepted, tools::read_ground_truth(truth, query_count, reference_count));
  set.truth = std::move(accepted);
  if (split.empty()) {
    set.references = std::move(all_references);
    set.queries = std::move(all_queries);
    return set;
  }
  BITPLACE_ASSIGN(part, tools::read_split(split, reference_count, query_count));
  BITPLACE_ASSIGN(some_references, images_of(references, &part.references));
  BITPLACE_ASSIGN(some_queries, images_of(queries, &part.queries));
  set.references = std::move(some_references);
  set.queries = std::move(some_queries);
  set.truth = tools::restricted(set.truth, part);
  return set;
}

Result<tools::RetrievalFigures> recall_of(const ValidationSet& set, const std::vector<float>& references,
                                          const std::vector<float>& queries, std::int64_t dimension) {
  constexpr std::int64_t kQueriesTogether = 64;
  DescriptorSpec spec;
  spec.dimension = static_cast<std::int32_t>(dimension);
  PlaceMap places(spec);
  for (std::size_t i = 0; i < set.references.size(); ++i)
    BITPLACE_TRY(places.add(row_of(references, i, spec), static_cast<std::int64_t>(i)));
  BITPLACE_ASSIGN(executor, create_thread_pool(1));
  tools::BlockMatcher matcher(places, *executor, kQueriesTogether);
  for (std::size_t i = 0; i < set.queries.size(); ++i)
    BITPLACE_TRY(matcher.add(row_of(queries, i, spec)));
  BITPLACE_TRY(matcher.finish());
  const std::vector<tools::Ranking> rankings = matcher.take_rankings();
  return tools::evaluate_retrieval(rankings, set.truth);
}

}  // namespace bitplace::train
