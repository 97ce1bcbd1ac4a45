// The trained network against the converted model, on images.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/json_file.h"
#include "lowering/passes.h"
#include "vprconv/conversion.h"
#include "vprconv/integer_layers.h"

namespace bitplace::tools {

// Of the model's features with the trained ones, over all images.
struct FeatureAgreement {
  double largest_difference = 0.0;  // max |a - b| / max |b| of an image
  double lowest_cosine = 1.0;
};

struct Verification {
  bool real_valued = false;
  bool exact = false;  // real-valued, and nothing in the model is rounded more coarsely than in training
  std::size_t images = 0;
  std::size_t images_found = 0;
  FeatureAgreement features;           // real-valued
  FeatureAgreement led;                // of these, with bits and levels inside as the model has them
  double least_cosine = 0.0;           // of features so led
  double farthest_turn = 0.0;          // of a bit or level that rounding may turn over (integer_layers.h)
  std::vector<LayerAgreement> layers;  // real-valued: those of bits and levels
  // Of binary networks:
  std::int64_t integers = 0;        // features compared
  std::int64_t differing = 0;       // of them
  std::int64_t unexplained = 0;     // of those, on images without a sign tie
  std::int64_t sign_ties = 0;       // numbers at a sign that are zero but for rounding
  double lowest_cosine = 1.0;       // f32 and s8: model's descriptor against trained features
  std::int64_t differing_bits = 0;  // bits: against the trained features' own comparison
};

// Runs the trained float graph in binary64 and the model through a describer on the images of a folder.
Result<Verification> verify(const Source& source, const Conversion& conversion, const std::string& folder);

void print_verification(const Verification& result, const DescriptorEncoding& encoding);
Json verification_json(const Verification& result, const DescriptorEncoding& encoding);
// An error when integers differ where no tie explains it, fp32 features by more than rounding, or the
// features of a network that mixes integers with real layers by more than its precision explains.
Status verification_status(const Verification& result);

}  // namespace bitplace::tools
