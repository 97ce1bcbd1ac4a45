// A loaded network's head: from what the user asks for and what the checkpoint holds.
#pragma once

#include "networks/heads/recognise_head.h"
#include "networks/load_network.h"

namespace bitplace {

Result<HeadRequest> head_request(const NetworkOptions& options);

// The head's output becomes the network's features.
Status attach_head(const RecognisedHead& head, ParameterSource& parameters, LoadedNetwork* network);

// One of the heads that need no parameters, for networks that come without names.
Status attach_bare_head(const NetworkOptions& options, LoadedNetwork* network);

// One that fits the features, its parameters made up.
Status attach_untrained_head(const NetworkOptions& options, ParameterSource& parameters,
                             LoadedNetwork* network);

}  // namespace bitplace
