// Heads that need no parameters of a checkpoint.
#pragma once

#include "bitplace/result.h"
#include "networks/load_network.h"

namespace bitplace {

// Appends the head that options.head names: flatten (also where it is empty), spoc, mac, or gem with
// options.gem_p, 3 by default. Others are an error: their parameters would be missing.
Status append_requested_head(const NetworkOptions& options, LoadedNetwork* network);

}  // namespace bitplace
