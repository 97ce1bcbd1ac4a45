// A TFLite model as a float graph, operator by operator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "graph/graph.h"

namespace bitplace {

// Whether the model has layers of Larq's binary convolutions: import_tflite() reads these, and
// import_real_tflite() the others.
bool is_larq_model(const TfliteModel& model);

// Layers are named after the file's own tensors. Features and descriptor are the model's output. What the
// graph cannot express is an error that names the operator.
Result<Graph> import_tflite(const TfliteModel& model);

// What a network makes of a pixel before its first layer: (pixel / 255 - mean) / deviation.
struct PixelScaling {
  double mean = 0.0;
  double deviation = 1.0;
};

struct ImportedTflite {
  Graph graph;
  std::string network;                  // "mobilenet_v2"; empty where the layers are of no network known
  std::optional<PixelScaling> scaling;  // of all three channels; absent where the file does not say
  std::vector<std::string> notes;       // what was assumed or left out, for people
};

struct TfliteInputSize {
  std::int32_t height = 0, width = 0;  // 0: the file's own
};

// A network of real-valued layers: float, or quantized, in which case weights and biases are dequantized and
// activations become plain f32. The input is f32 behind PixelScaling; features and descriptor are the last
// map of more than one pixel that the model's output is computed from, so that global pooling and classifier
// are left out. Padding of kind SAME follows from `size`, as TensorFlow computes it.
Result<ImportedTflite> import_real_tflite(const TfliteModel& model, const TfliteInputSize& size = {});

}  // namespace bitplace
