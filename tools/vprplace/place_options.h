// The options of commands that measure how well places are found.
#pragma once

#include "common/program.h"
#include "evaluation/evaluate.h"

namespace bitplace::tools {

// --ref, --query, --gt and --split. The command already has --threads, which share the search here.
void add_place_options(CommandLine& command, EvaluationRequest* request);

}  // namespace bitplace::tools
