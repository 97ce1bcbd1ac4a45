// run.html: how loss, learning rate and recall went.
#pragma once

#include <string>

#include "bitplace/result.h"

namespace bitplace::train {

// From the folder's log.csv. The page appears whole or not at all; without a row there is nothing to show,
// and none is written.
Status write_run_page(const std::string& folder);

}  // namespace bitplace::train
