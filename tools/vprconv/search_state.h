// What a search has found out so far, on disk: an interrupted one goes on from there.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "bitplace/result.h"

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
  Status save();

  std::size_t size() const { return errors_.size(); }

 private:
  std::string path_, question_;
  std::map<std::string, double> errors_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace bitplace::tools
