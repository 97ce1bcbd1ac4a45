// One progress bar after the other for work that comes in stages.
#pragma once

#include <memory>
#include <string>

#include "common/progress.h"

namespace bitplace::tools {

class StageBars {
 public:
  void operator()(const std::string& stage, std::size_t done, std::size_t total) {
    if (stage != stage_) {
      stage_ = stage;
      bar_ = std::make_unique<Progress>(stage, static_cast<std::int64_t>(total));
      shown_ = 0;
    }
    bar_->advance(static_cast<std::int64_t>(done - shown_));
    shown_ = done;
    if (done == total) bar_->finish();
  }

 private:
  std::string stage_;
  std::unique_ptr<Progress> bar_;
  std::size_t shown_ = 0;
};

}  // namespace bitplace::tools
