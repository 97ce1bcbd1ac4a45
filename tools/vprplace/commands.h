// The subcommands of vprplace; each adds itself with its options.
#pragma once

#include "common/program.h"

namespace bitplace::tools {

void add_describe_command(Program& program);
void add_eval_command(Program& program);
void add_compare_command(Program& program);
void add_map_command(Program& program);
void add_query_command(Program& program);
void add_bench_command(Program& program);
void add_plan_command(Program& program);

}  // namespace bitplace::tools
