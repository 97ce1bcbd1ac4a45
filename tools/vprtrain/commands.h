// The commands of vprtrain.
#pragma once

#include "common/program.h"

namespace bitplace::train {

void add_train(tools::Program& program);
void add_list(tools::Program& program);
void add_describe(tools::Program& program);

}  // namespace bitplace::train
