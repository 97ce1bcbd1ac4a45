// vprconv's subcommands.
#pragma once

#include "common/program.h"

namespace bitplace::tools {

void add_convert(Program& program);
void add_inspect(Program& program);
void add_explain(Program& program);
void add_search(Program& program);

}  // namespace bitplace::tools
