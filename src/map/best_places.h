// The best few of many places, found without sorting the rest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bitplace {

struct Candidate {
  float key;  // never a NaN
  std::int64_t index;
  std::int64_t id;
};

// A total order: larger keys first, equal ones in order of addition.
inline bool is_better(const Candidate& a, const Candidate& b) {
  return a.key > b.key || (a.key == b.key && a.index < b.index);
}

class BestPlaces {
 public:
  // Takes its memory here and never again.
  explicit BestPlaces(std::size_t count) : count_(count) { heap_.reserve(count); }

  // False for most places once there are `count` candidates. Places come in order of addition.
  bool accepts(float key) const { return heap_.size() < count_ || key > heap_.front().key; }

  void add(const Candidate& candidate) {
    if (heap_.size() == count_) {
      std::pop_heap(heap_.begin(), heap_.end(), is_better);
      heap_.pop_back();
    }
    heap_.push_back(candidate);
    std::push_heap(heap_.begin(), heap_.end(), is_better);
  }

  // In no particular order.
  const std::vector<Candidate>& candidates() const { return heap_; }

 private:
  std::size_t count_;
  std::vector<Candidate> heap_;  // the worst in front
};

}  // namespace bitplace
