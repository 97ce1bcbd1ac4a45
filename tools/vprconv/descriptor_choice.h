// From --descriptor and --calibrate to the encoding of a model's descriptor.
#pragma once

#include <string>

#include "bitplace/result.h"
#include "graph/model_contents.h"
#include "lowering/passes.h"

namespace bitplace::tools {

struct DescriptorChoice {
  DescriptorEncoding encoding;
  std::string text;  // "s8, scale 0.0551: ..." for people and the model's metadata
};

// `model` is the same network with an f32 descriptor; its features on the images decide. Without images
// (`calibrate` empty) s8 gets the scale that never saturates, bits the sign.
Result<DescriptorChoice> choose_descriptor(DataType type, const std::string& calibrate,
                                           const ModelContents& model);

}  // namespace bitplace::tools
