#include "evaluation/matching.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "core/error.h"

namespace bitplace::tools {
namespace {

// The best kDeepestRecall, ties in the order of the references.
Ranking ranked(std::span<const float> scores) {
  const auto is_better = [](const Match& a, const Match& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  };
  Ranking best;
  best.reserve(kDeepestRecall + 1);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool full = best.size() == kDeepestRecall;
    if (full && scores[i] <= best.back().score) continue;
    const auto index = static_cast<std::int64_t>(i);
    const Match match{index, index, scores[i]};
    best.insert(std::upper_bound(best.begin(), best.end(), match, is_better), match);
    if (full) best.pop_back();
  }
  return best;
}

}  // namespace

BlockMatcher::BlockMatcher(const PlaceMap& references, Executor& executor, std::int64_t block_queries)
    : references_(&references),
      executor_(&executor),
      spec_(references.spec()),
      block_queries_(static_cast<std::size_t>(block_queries)),
      descriptors_(block_queries_ * spec_.bytes()),
      scores_(block_queries_ * static_cast<std::size_t>(references.size())) {
  queries_.reserve(block_queries_);
}

BlockMatcher::BlockMatcher(DeviceSearch& references, std::int64_t block_queries)
    : on_device_(&references),
      spec_(references.spec()),
      block_queries_(static_cast<std::size_t>(block_queries)),
      descriptors_(block_queries_ * spec_.bytes()) {
  queries_.reserve(block_queries_);
}

Status BlockMatcher::add(const DescriptorView& query) {
  if (query.spec != spec_) {
    return make_error(ErrorCode::mismatch, "query", "its descriptor is not the references'");
  }
  const std::size_t bytes = query.spec.bytes();
  std::uint8_t* kept = descriptors_.data() + queries_.size() * bytes;
  std::memcpy(kept, query.data, bytes);
  queries_.push_back({kept, query.spec});
  return queries_.size() == block_queries_ ? finish() : Status();
}

Status BlockMatcher::finish() {
  BITPLACE_TRY(on_device_ != nullptr ? rank_on_device() : rank_by_scores());
  queries_.clear();
  return {};
}

Status BlockMatcher::rank_by_scores() {
  BITPLACE_TRY(references_->scores(queries_.data(), static_cast<std::int64_t>(queries_.size()),
                                   scores_.data(), references_->size(), executor_));
  const auto size = static_cast<std::size_t>(references_->size());
  for (std::size_t i = 0; i < queries_.size(); ++i)
    rankings_.push_back(ranked(std::span(scores_).subspan(i * size, size)));
  return {};
}

Status BlockMatcher::rank_on_device() {
  const std::int64_t each = std::min<std::int64_t>(kDeepestRecall, on_device_->size());
  matches_.resize(queries_.size() * static_cast<std::size_t>(each));
  BITPLACE_TRY(on_device_->query(queries_.data(), static_cast<std::int64_t>(queries_.size()), kDeepestRecall,
                                 matches_.data(), static_cast<std::int64_t>(matches_.size())));
  auto first = matches_.cbegin();
  for (std::size_t i = 0; i < queries_.size(); ++i, first += each)
    rankings_.emplace_back(first, first + each);
  return {};
}

}  // namespace bitplace::tools
