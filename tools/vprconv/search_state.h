// What a search has found out so far, on disk: an interrupted one goes on from there.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "quantize/precision_search.h"

namespace bitplace::tools {

class SearchState {
 public:
  // `question` says what the errors are of: the model, the images, the precisions. Empty path: nothing is
  // kept.
  SearchState(std::string path, std::string question)
      : path_(std::move(path)), question_(std::move(question)) {}

  // Takes up what the file holds, if there is one. A file that answers another question is an error: it
  // would be overwritten.
  Status load();

  std::optional<double> find(const std::string& genome) const;
  // Written to disk now and then, and by save().
  Status add(const std::string& genome, double error);

  // What the layers cost. Times differ from one measurement to the next: a search that goes on keeps the
  // first, or it would draw the line of its budget elsewhere. Empty where none are known.
  const std::vector<SearchedLayer>& costs() const { return costs_; }
  Status set_costs(const std::vector<SearchedLayer>& costs);
  Status save();

  std::size_t size() const { return errors_.size(); }

 private:
  std::string path_, question_;
  std::map<std::string, double> errors_;
  std::vector<SearchedLayer> costs_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace bitplace::tools
