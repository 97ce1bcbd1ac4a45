// A Larq / TFLite model as a float graph, operator by operator.
#pragma once

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "graph/graph.h"

namespace bitplace {

// Layers are named after the file's own tensors. Features and descriptor are the model's output. What the
// graph cannot express is an error that names the operator.
Result<Graph> import_tflite(const TfliteModel& model);

}  // namespace bitplace
