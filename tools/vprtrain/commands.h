// The commands of vprtrain.
#pragma once

#include "common/program.h"

namespace bitplace::train {

void add_list(tools::Program& program);

}  // namespace bitplace::train
