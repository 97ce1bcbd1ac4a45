// The graph after each lowering pass, numbered in order, as text files of a folder.
#pragma once

#include <string>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace::tools {

class PassDumps {
 public:
  explicit PassDumps(std::string folder) : folder_(std::move(folder)) {}  // empty: nothing is written

  Status prepare() const;
  void write(const char* pass, const Graph& graph);
  const Status& status() const { return status_; }

 private:
  std::string folder_;
  int count_ = 0;
  Status status_;
};

}  // namespace bitplace::tools
