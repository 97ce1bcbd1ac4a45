// Bi-Real-34 (Liu et al. 2018) and Real-to-Bin-34 (Martinez et al. 2020): 32 convolutions of 3x3 signs, each
// with a real-valued shortcut around it, behind a 7x7 convolution.
//
// Variant "paper" of Bi-Real-34 is its own paper's: sign -> convolution -> BN -> + shortcut, no ReLU
// anywhere, so that signs see numbers of both signs. Variant "code" of both is what BinVPR's authors compared
// with (BiReal34.py, RealToBi34.py): a ReLU behind each convolution and each sum. In that Bi-Real-34 signs
// stand behind ReLUs, so that conv2 to conv28 read +1 everywhere; a 1x1 convolution of the 7x7 convolution's
// own output is added to the last stage. Real-to-Bin-34 has its batch-norms in front of the signs and a gate
// behind all convolutions but three.
#include "networks/residual/residual_network.h"

namespace bitplace {
namespace {

struct StageSize {
  std::int32_t width;
  int convolutions;
};
constexpr StageSize kStages[] = {{64, 6}, {128, 8}, {256, 12}, {512, 6}};
constexpr int kLastConvolution = 33;

std::string numbered(int number) {
  return "conv" + std::to_string(number);
}

// What the networks share: the stages, and the shortcuts between them.
class Stages {
 public:
  virtual ~Stages() = default;

  LayerList list() {
    LayerRef x = stem();
    list_.end_stage("stem", x);
    int number = 2;
    for (std::size_t stage = 0; stage < std::size(kStages); ++stage) {
      for (int i = 0; i < kStages[stage].convolutions; ++i, ++number)
        x = block({number, static_cast<int>(stage), stage > 0 && i == 0}, x);
      list_.end_stage("stage" + std::to_string(stage + 1), x);
    }
    return std::move(list_);
  }

 protected:
  struct Block {
    int number;    // of its convolution
    int stage;     // from 0
    bool halving;  // half the height and width of the stage before, and more channels
    std::int32_t width() const { return kStages[stage].width; }
    std::int32_t stride() const { return halving ? 2 : 1; }
  };

  Stages(const ResidualChoice& choice, Border border, double momentum)
      : choice_(choice), border_(border), momentum_(momentum) {}

  virtual LayerRef stem() = 0;
  virtual LayerRef block(const Block& block, LayerRef x) = 0;

  LayerRef binary(const Block& block, LayerRef input) {
    return list_.convolution(numbered(block.number), input,
                             {.filters = block.width(),
                              .stride = block.stride(),
                              .border = border_,
                              .activation_quantizer = choice_.activation_quantizer,
                              .weight_quantizer = choice_.weight_quantizer});
  }

  // A mean of 2x2 and a 1x1 convolution where the shape changes.
  LayerRef shortcut(const Block& block, LayerRef x, bool normalized) {
    if (!block.halving) return x;
    const std::string name = "downsample" + std::to_string(block.stage + 1);
    const LayerRef halved = list_.average_pool(name + "_pool", x, 2, 2);
    const LayerRef wide = list_.convolution(name, halved, {.filters = block.width(), .kernel = 1});
    return normalized ? list_.batch_norm(name + "_bn", wide, 0.01) : wide;
  }

  LayerRef norm(const std::string& name, LayerRef x) { return list_.batch_norm(name + "_bn", x, momentum_); }

  const ResidualChoice& choice_;
  LayerList list_{kKerasBatchNormEpsilon};

 private:
  Border border_;
  double momentum_;
};

class BirealOfPaper final : public Stages {
 public:
  explicit BirealOfPaper(const ResidualChoice& choice) : Stages(choice, Border::symmetric, 0.1) {}

 private:
  LayerRef stem() override {
    const LayerRef x = list_.convolution(
        "conv1", kImage, {.filters = 64, .kernel = 7, .stride = 2, .border = Border::symmetric});
    return list_.max_pool("pool1", norm("conv1", x), 3, 2, Border::symmetric);
  }

  LayerRef block(const Block& block, LayerRef x) override {
    const LayerRef y = norm(numbered(block.number), binary(block, x));
    return list_.add(numbered(block.number) + "_add", y, shortcut(block, x, true));
  }
};

// The published files' first layers, and the ReLUs around every sum.
class PublishedStages : public Stages {
 protected:
  PublishedStages(const ResidualChoice& choice, double momentum) : Stages(choice, Border::same, momentum) {}

  LayerRef stem() override {
    first_ = list_.convolution(
        "conv1", kImage,
        {.filters = 64, .kernel = 7, .stride = 2, .weight_quantizer = choice_.weight_quantizer});
    const LayerRef x = list_.relu("conv1_relu", norm("conv1", first_));
    return list_.max_pool("pool1", x, 2, 2, Border::symmetric);
  }

  // Of the halving shortcuts only the first has a batch-norm.
  LayerRef published_shortcut(const Block& block, LayerRef x) { return shortcut(block, x, block.stage == 1); }

  LayerRef first_ = kImage;  // the 7x7 convolution's output
};

class BirealOfCode final : public PublishedStages {
 public:
  explicit BirealOfCode(const ResidualChoice& choice) : PublishedStages(choice, 0.2) {}

 private:
  LayerRef block(const Block& block, LayerRef x) override {
    const std::string name = numbered(block.number);
    const bool last_stage = block.stage == 3;
    const LayerRef input = last_stage && !block.halving ? list_.add(name + "_input", x, restored_) : x;
    LayerRef y = list_.relu(name + "_relu", norm(name, binary(block, input)));
    if (last_stage && block.halving) {
      restored_ = list_.convolution("restore", first_, {.filters = 512, .kernel = 1, .stride = 16});
      y = list_.add(name + "_restored", y, restored_);
    }
    y = list_.add(name + "_add", y, published_shortcut(block, x));
    if (block.number == kLastConvolution) y = list_.add(name + "_last", y, restored_);
    return list_.relu(name + "_out", y);
  }

  LayerRef restored_ = kImage;
};

class RealToBin final : public PublishedStages {
 public:
  explicit RealToBin(const ResidualChoice& choice) : PublishedStages(choice, 0.01) {}

 private:
  // sigmoid(W2 relu(W1 mean(x))) with an eighth of the channels between.
  LayerRef gate(const std::string& name, LayerRef x, std::int32_t filters) {
    LayerRef y = list_.global_average(name + "_mean", x);
    y = list_.linear(name + "_reduce", y, list_.channels(x) / 8);
    y = list_.relu(name + "_reduce_relu", y);
    y = list_.linear(name + "_expand", y, filters);
    return list_.sigmoid(name + "_sigmoid", y);
  }

  LayerRef block(const Block& block, LayerRef x) override {
    const std::string name = numbered(block.number);
    LayerRef y = binary(block, norm(name, x));
    const bool gated = block.number < 3 || block.number > 5;
    if (gated) y = list_.gate(name + "_gated", y, gate(name + "_gate", x, block.width()));
    y = list_.relu(name + "_relu", y);
    y = list_.add(name + "_add", y, published_shortcut(block, x));
    return list_.relu(name + "_out", y);
  }
};

LayerList bireal(const ResidualChoice& choice) {
  return choice.variant == "paper" ? BirealOfPaper(choice).list() : BirealOfCode(choice).list();
}

LayerList realtobin(const ResidualChoice& choice) {
  return RealToBin(choice).list();
}

}  // namespace

std::vector<ResidualNetwork> bireal_networks() {
  return {{"bireal34",
           "Bi-Real-34: 1-bit convolutions with a real-valued shortcut around each (Liu et al. 2018)",
           {"paper", "code"},
           "approx_sign",
           "magnitude_aware_sign",
           false,
           bireal,
           "downsample3_bn.weight"},
          {"realtobin34",
           "Real-to-Bin-34: the same with gates made of each block's input (Martinez et al. 2020)",
           {"code"},
           "ste_sign",
           "ste_sign",
           false,
           realtobin,
           nullptr}};
}

}  // namespace bitplace
