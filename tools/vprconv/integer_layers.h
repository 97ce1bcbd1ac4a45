// The bits and codes inside a network that mixes them with real layers: the trained network's against the
// model's.
//
// One bit that turns over, because the number at its sign is within rounding of 0, changes what follows, and
// a deep network of bits makes many of one. So the trained network is evaluated twice: as it is, and once
// more led by the model, with each layer of bits or levels given what the model's has. Led, the layers can be
// compared one by one, and the features, too.
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
  std::int64_t ties = 0;    // numbers of the trained network between two of them but for rounding
  std::int64_t turned = 0;  // differing when led
  double farthest = 0.0;    // of these, from where they turn: against the root mean square of the numbers at
                            // a sign, in steps between levels
};

// What every convolution of bits or levels reads, in both graphs, as integers.
class IntegerLayers {
 public:
  // Empty where the network has no such layers.
  static Result<IntegerLayers> create(const Graph& trained, const ModelContents& model);

  bool empty() const { return pairs_.empty(); }
  // Runs the model; the image is the one that what follows compares.
  Status run(const ImageView& image);
  // `expected`: the trained network's values on the image. Whether anything differs.
  bool compare(const EvaluatedValues& expected);
  // For an evaluation of the trained network: puts the model's integers in the place of its own.
  void lead(ValueId value, EvaluatedValues& values);

  std::vector<LayerAgreement> layers() const;

 private:
  struct Pair {
    LayerAgreement agreement;
    const Node* rounding = nullptr;  // of the trained network: what makes them of numbers
    bool clamped = false;            // these numbers are 0 where they would be below, which is no tie
    ValueId trained = kNone, in_model = kNone;
    std::vector<float> found = {};  // the model's
  };

  std::vector<Pair> pairs_;
  std::vector<FloatRunner> runner_;  // one, or none where there is nothing to compare
};

}  // namespace bitplace::tools
