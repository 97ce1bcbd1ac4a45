// A training run, from its folder or from the beginning to its end.
#pragma once

#include "bitplace/result.h"
#include "vprtrain/loop/settings.h"

namespace bitplace::train {

// Goes on with what is in `folder`, where the settings and the images are the same; `restart` begins anew.
// Writes settings.json, log.csv, run.html, last.pt, best.pt (where there is validation) and final.pt. A run
// that is interrupted saves last.pt and is an error that says how to go on.
Status train(const TrainSettings& settings, const std::string& folder, bool restart);

}  // namespace bitplace::train
