// The bits and codes inside a network that mixes them with real layers: the trained network's against the
// model's.
#pragma once

#include <string>
#include <vector>

#include "graph/model_contents.h"
#include "lowering/evaluate.h"
#include "quantize/float_runner.h"

namespace bitplace::tools {

struct LayerAgreement {
  std::string layer;  // the convolution that reads them
  std::string type;   // "bits", "codes 0 to 3"
  std::int64_t compared = 0;
  std::int64_t differing = 0;
  std::int64_t ties = 0;  // numbers of the trained network that lie between two of them but for rounding
};

// What every convolution of bits or levels reads, in both graphs, as integers.
class IntegerLayers {
 public:
  // Empty where the network has no such layers.
  static Result<IntegerLayers> create(const Graph& trained, const ModelContents& model);

  // `expected`: the trained network's values on the image.
  Status add(const ImageView& image, const EvaluatedValues& expected);
  std::vector<LayerAgreement> layers() const;

 private:
  struct Pair {
    LayerAgreement agreement;
    const Node* rounding = nullptr;  // of the trained network: what makes them of numbers
    bool clamped = false;            // these numbers are 0 where they would be below, which is no tie
    ValueId trained = kNone, in_model = kNone;
  };

  void compare(Pair& pair, const EvaluatedValues& expected, const float* found) const;

  std::vector<Pair> pairs_;
  std::vector<FloatRunner> runner_;  // one, or none where there is nothing to compare
};

}  // namespace bitplace::tools
