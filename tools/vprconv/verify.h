// The trained network against the converted model, on images.
#pragma once

#include <string>

#include "bitplace/result.h"
#include "common/json_file.h"
#include "graph/model_contents.h"
#include "lowering/passes.h"

namespace bitplace::tools {

struct Verification {
  std::size_t images = 0;
  std::size_t images_found = 0;
  std::int64_t integers = 0;        // features compared
  std::int64_t differing = 0;       // of them
  std::int64_t unexplained = 0;     // of those, on images without a sign tie
  std::int64_t sign_ties = 0;       // numbers at a sign that are zero but for rounding
  double lowest_cosine = 1.0;       // f32 and s8: model's descriptor against trained features
  std::int64_t differing_bits = 0;  // bits: against the trained features' own comparison
};

// Runs `trained` (float graph) in binary64 and `model` through a describer on the images of a folder.
Result<Verification> verify(const Graph& trained, float input_divisor, const ModelContents& model,
                            const DescriptorEncoding& encoding, const std::string& folder);

void print_verification(const Verification& result, const DescriptorEncoding& encoding);
Json verification_json(const Verification& result, const DescriptorEncoding& encoding);
// An error when integers differ where no tie explains it.
Status verification_status(const Verification& result);

}  // namespace bitplace::tools
