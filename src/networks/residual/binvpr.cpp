// BinVPR-20 and -36 (Wang et al. 2024): a plain network of 3x3 convolutions, conv -> BN -> ReLU, of four
// blocks whose first convolution has stride 2, behind a basic block at the image's full size whose inputs are
// not quantized. The basic block's last convolution, in front of its batch-norm, is restored further on: a
// real-valued 1x1 convolution and a batch-norm bring it to the shape of what it is added to.
//
// Variant "paper" has the basic block's three convolutions and restores features as sections 3.4 and 4.3 say:
// in the inputs of the last convolution (BinVPR-36: the last eight) and in the last ReLU. Variant "code" is
// what the published files BinVPR18.py and BinVPR34.py compute: the basic block's second convolution has no
// reader, the 20's restores other layers and adds a block's first convolution, in front of its batch-norm, to
// the inputs behind it.
#include <map>

#include "networks/residual/residual_network.h"

namespace bitplace {
namespace {

constexpr std::int32_t kWidths[] = {128, 256, 384, 512};

// A layer's output, added to the sum that a convolution reads or to what a convolution's ReLU reads.
struct Addition {
  int convolution;
  const char* source;
  bool in_relu = false;
};

struct Plan {
  int block_sizes[4];
  std::vector<Addition> additions;
};

const Plan& plan(bool deep, bool paper) {
  static const Plan kPaper20 = {{4, 4, 4, 4}, {{17, "restore4"}, {17, "restore4", true}}};
  static const Plan kCode20 = {{4, 4, 4, 4},
                               {{3, "conv2"},
                                {4, "conv2"},
                                {5, "conv2"},
                                {6, "conv2"},
                                {7, "conv6"},
                                {8, "conv6"},
                                {9, "conv6"},
                                {10, "conv6"},
                                {11, "conv10"},
                                {12, "conv10"},
                                {16, "restore4"},
                                {17, "restore4", true}}};
  static const Plan kPaper36 = {{6, 8, 12, 6},
                                {{26, "restore3"},
                                 {27, "restore3"},
                                 {28, "restore3"},
                                 {29, "restore4"},
                                 {30, "restore4"},
                                 {31, "restore4"},
                                 {32, "restore4"},
                                 {33, "restore4"},
                                 {33, "restore4", true}}};
  static const Plan kCode36 = [] {
    Plan plan = kPaper36;
    plan.additions.push_back({31, "restore4", true});
    return plan;
  }();
  return deep ? (paper ? kPaper36 : kCode36) : (paper ? kPaper20 : kCode20);
}

class Binvpr {
 public:
  Binvpr(const ResidualChoice& choice, bool deep)
      : plan_(plan(deep, choice.variant == "paper")), choice_(choice), deep_(deep) {}

  LayerList list() {
    LayerRef x = basic_block();
    int number = 2;
    for (int block = 0; block < 4; ++block) {
      for (int i = 0; i < plan_.block_sizes[block]; ++i, ++number)
        x = convolve(number, x, kWidths[block], i == 0 ? 2 : 1);
      list_.end_stage("block" + std::to_string(block + 1), x);
    }
    return std::move(list_);
  }

 private:
  bool paper() const { return choice_.variant == "paper"; }

  LayerRef normalized(const std::string& name, LayerRef input) {
    return list_.relu(name + "_relu", list_.batch_norm(name + "_bn", input));
  }

  LayerRef basic_convolution(int number, LayerRef input) {
    return list_.convolution("conv" + std::to_string(number), input,
                             {.filters = 128, .weight_quantizer = choice_.weight_quantizer});
  }

  // Its second and third convolutions are numbered behind all others, as in the published files.
  LayerRef basic_block() {
    const int second = deep_ ? 35 : 18;
    const std::string name = "conv" + std::to_string(second);
    LayerRef x = normalized("conv1", basic_convolution(1, kImage));
    if (paper()) {
      x = basic_convolution(second, x);
    } else {
      list_.notes.push_back("as published: the result of " + name +
                            " and of the restoring convolutions of other blocks is read by nothing, and they "
                            "are left out");
    }
    x = basic_ = basic_convolution(second + 1, normalized(name, x));
    x = normalized("conv" + std::to_string(second + 1), x);
    list_.end_stage("basic", x);
    return x;
  }

  // The basic features in the shape of a block's maps.
  LayerRef restored(const std::string& name) {
    const int block = name.back() - '0';
    const LayerRef x =
        list_.convolution(name, basic_, {.filters = kWidths[block - 1], .kernel = 1, .stride = 1 << block});
    return list_.batch_norm(name + "_bn", x, 0.01);
  }

  LayerRef source(const std::string& name) {
    if (!sources_.contains(name)) sources_[name] = restored(name);
    return sources_[name];
  }

  LayerRef with_additions(int number, bool in_relu, LayerRef x) {
    const std::string place = "conv" + std::to_string(number) + (in_relu ? "_restored" : "_input");
    for (const Addition& addition : plan_.additions) {
      if (addition.convolution == number && addition.in_relu == in_relu)
        x = list_.add(place, x, source(addition.source));
    }
    return x;
  }

  LayerRef convolve(int number, LayerRef input, std::int32_t filters, std::int32_t stride) {
    const std::string name = "conv" + std::to_string(number);
    const LayerRef raw = list_.convolution(name, with_additions(number, false, input),
                                           {.filters = filters,
                                            .stride = stride,
                                            .activation_quantizer = choice_.activation_quantizer,
                                            .weight_quantizer = choice_.weight_quantizer});
    sources_[name] = raw;
    const LayerRef norm = list_.batch_norm(name + "_bn", raw);
    return list_.relu(name + "_relu", with_additions(number, true, norm));
  }

  const Plan& plan_;
  const ResidualChoice& choice_;
  bool deep_;
  LayerList list_{kKerasBatchNormEpsilon};
  LayerRef basic_ = kImage;
  std::map<std::string, LayerRef> sources_;
};

template <bool deep>
LayerList layers(const ResidualChoice& choice) {
  return Binvpr(choice, deep).list();
}

}  // namespace

std::vector<ResidualNetwork> binvpr_networks() {
  const std::vector<const char*> variants = {"paper", "code"};
  return {{"binvpr-ste-20", "BinVPR-20 with 1-bit weights and activations (Wang et al. 2024)", variants,
           "ste_sign", "ste_sign", false, layers<false>, "conv18.weight"},
          {"binvpr-ste-36", "BinVPR-36 with 1-bit weights and activations (Wang et al. 2024)", variants,
           "ste_sign", "ste_sign", false, layers<true>, "conv35.weight"},
          {"binvpr-leaky-20", "BinVPR-20 with 2-bit weights and leaky tanh (Wang et al. 2024)", variants,
           "leaky_tanh", "dorefa_2", false, layers<false>, "conv18.weight"},
          {"binvpr-leaky-36", "BinVPR-36 with 2-bit weights and leaky tanh (Wang et al. 2024)", variants,
           "leaky_tanh", "dorefa_2", false, layers<true>, "conv35.weight"}};
}

}  // namespace bitplace
