// AlexNet's relatives, layer by layer: FloppyNet, ShallowNet, BinaryNet, the AlexNet that they are compared
// with, FloppyNet of 2, 4 and 8 bits (Ferrarini et al. 2022), XNOR-Net (Rastegari et al. 2016) and DoReFa-Net
// (Zhou et al. 2016), the last two as Wang et al. (2024) compare them.
//
// The feature map of all is the last max-pool's in front of the fully connected layers. Sums behind it are
// integers for the binary networks, in front of any batch-norm. XNOR-Net writes its fully connected layers as
// convolutions: its map is pool4's.
#include "core/error.h"
#include "vprtrain/networks/families.h"
#include "vprtrain/networks/layer_sequence.h"

namespace bitplace::train {
namespace {

using torch::Tensor;

constexpr std::int64_t kSmallestSide = 67;
constexpr double kSlowMomentum = 0.01;  // Keras's own default, 0.99 of the old

struct Description {
  NetworkInput input;
  BatchNormChoice norms;
  std::vector<Layer> stage;       // up to the feature map
  std::vector<Layer> classifier;  // where there are classes
  std::int64_t channels;          // of the feature map
  std::int64_t positions;
  bool any_size = true;  // of images, without a classifier
};

class LayeredNetwork : public TrainableNetwork {
 public:
  LayeredNetwork(const NetworkChoice& choice, const Description& description)
      : TrainableNetwork(choice, description.input, description.norms.epsilon),
        stage_(*this, description.stage, description.norms, 3),
        classifier_(*this, description.classifier, description.norms, description.channels,
                    description.positions) {}

  Tensor features(const Tensor& images) override { return stage_.forward(channels_last(images)); }

  Tensor logits(const Tensor& features) override {
    if (choice().classes <= 0) return TrainableNetwork::logits(features);
    return classifier_.forward(features);
  }

  std::vector<std::pair<std::string, Tensor>> stages(const Tensor& images) override {
    LayerSequence::Stages stages;
    stage_.forward(channels_last(images), &stages);
    return stages;
  }

  std::vector<Tensor> latent_weights() override {
    std::vector<Tensor> weights = stage_.latent_weights();
    for (const Tensor& weight : classifier_.latent_weights())
      weights.push_back(weight);
    return weights;
  }

 private:
  // Every operation behind it keeps this order, which is the quickest on CPUs.
  static Tensor channels_last(const Tensor& images) {
    return images.contiguous(torch::MemoryFormat::ChannelsLast);
  }

  LayerSequence stage_, classifier_;
};

NetworkInput square_input(std::int64_t side) {
  NetworkInput input;
  input.height = input.width = side;
  return input;
}

// Both quantizers of FloppyNet's kind: signs, or levels between -1 and +1.
std::vector<Layer> floppy_layers(Quantizer quantizer, Margin margin) {
  const auto layer = [&](const char* name, std::int64_t filters, std::int64_t kernel) {
    return Layer{.name = name,
                 .units = filters,
                 .kernel = kernel,
                 .margin = margin,
                 .norm_before = std::string(name) + "_bn",
                 .inputs = quantizer,
                 .weights = quantizer,
                 .clip = true,
                 .pool = 2};
  };
  Layer first{
      .name = "conv1", .units = 96, .kernel = 11, .stride = 4, .weights = quantizer, .clip = true, .pool = 2};
  return {first, layer("conv2", 256, 5), layer("conv5", 256, 3)};
}

std::vector<Layer> binarynet_layers() {
  std::vector<Layer> layers = floppy_layers(ste_sign, Margin::ones);
  for (const char* name : {"conv4", "conv3"}) {
    Layer layer = layers.back();
    layer.name = name;
    layer.norm_before = layer.name + "_bn";
    layer.units = 384;
    layer.pool = 0;
    layers.insert(layers.begin() + 2, layer);
  }
  return layers;
}

// Small real layers behind pool5.
std::vector<Layer> real_classifier(std::int64_t units, std::int64_t classes, const char* norm_before) {
  const auto layer = [](const char* name, std::int64_t outputs) {
    return Layer{.name = name,
                 .units = outputs,
                 .norm_behind = std::string(name) + "_bn",
                 .momentum = kSlowMomentum,
                 .bias = true,
                 .relu = true};
  };
  std::vector<Layer> layers = {layer("fc6", units), layer("fc7", units), layer("fc8", classes)};
  layers.front().norm_before = norm_before;
  layers.back().relu = false;
  return layers;
}

std::vector<Layer> binary_classifier(std::int64_t classes) {
  const auto layer = [](const char* name, std::int64_t outputs, const char* norm_before) {
    return Layer{.name = name,
                 .units = outputs,
                 .norm_before = norm_before,
                 .inputs = ste_sign,
                 .weights = ste_sign,
                 .clip = true};
  };
  std::vector<Layer> layers = {layer("fc6", 4096, "pool5_bn"), layer("fc7", 4096, "bn_fc7"),
                               layer("fc8", classes, "bn_fc8")};
  layers.back().norm_behind = "out_bn";
  return layers;
}

Description floppynet(const NetworkChoice& choice) {
  return {square_input(227),
          {},
          floppy_layers(ste_sign, Margin::ones),
          real_classifier(256, choice.classes, "pool5_bn"),
          256,
          36,
          false};
}

template <std::int64_t bits>
Description floppynet_of(const NetworkChoice& choice) {
  const Quantizer quantizer = [](const Tensor& x) { return level_sign(x, bits); };
  Description description = floppynet(choice);
  description.stage = floppy_layers(quantizer, Margin::ones);
  description.any_size = true;
  return description;
}

Description shallownet(const NetworkChoice& choice) {
  return {square_input(227),
          {},
          floppy_layers(ste_sign, Margin::zeros),
          binary_classifier(choice.classes),
          256,
          36,
          false};
}

Description binarynet(const NetworkChoice& choice) {
  return {square_input(227), {}, binarynet_layers(), binary_classifier(choice.classes), 256, 36, false};
}

Description alexnet(const NetworkChoice& choice) {
  std::vector<Layer> layers = binarynet_layers();
  for (Layer& layer : layers) {
    layer.norm_before.clear();
    layer.norm_behind = layer.name + "_bn";
    layer.momentum = kSlowMomentum;
    layer.inputs = layer.weights = nullptr;
    layer.clip = false;
    layer.bias = layer.relu = true;
    if (layer.margin == Margin::ones) layer.margin = Margin::zeros;
  }
  return {square_input(227), {}, layers, real_classifier(4096, choice.classes, ""), 256, 36};
}

// The paper scales each filter by its mean |w|; the published code leaves that out.
Description xnornet(const NetworkChoice& choice) {
  const Quantizer weights = choice.variant == "code" ? ste_sign : magnitude_aware_sign;
  const auto layer = [&](const char* name, std::int64_t filters, std::int64_t kernel, std::int64_t pool) {
    return Layer{.name = name,
                 .units = filters,
                 .kernel = kernel,
                 .margin = Margin::zeros,
                 .norm_before = std::string(name) + "_bn",
                 .inputs = ste_sign,
                 .weights = weights,
                 .clip = true,
                 .pool = pool};
  };
  const Layer first{.name = "conv1",
                    .units = 96,
                    .kernel = 11,
                    .stride = 4,
                    .margin = Margin::zeros,
                    .norm_behind = "conv1_bn",
                    .clip = true,
                    .relu = true,
                    .pool = 3};
  std::vector<Layer> classifier = {layer("conv5", 4096, 6, 0),
                                   layer("conv6", 4096, 1, 0),
                                   {.name = "fc7", .units = choice.classes, .bias = true}};
  classifier[1].norm_behind = "fc7_bn";
  classifier[1].relu = true;
  return {square_input(224),
          {.epsilon = 1e-5, .factors = false},
          {first, layer("conv2", 256, 5, 3), layer("conv3", 384, 3, 0), layer("conv4", 256, 3, 3)},
          classifier,
          256,
          49};
}

// The paper's weights have 1 bit and one factor for the layer; the published code's have 2 bits.
Description dorefanet(const NetworkChoice& choice) {
  const Quantizer inputs = [](const Tensor& x) { return dorefa_activations(x, 2); };
  const Quantizer two_bits = [](const Tensor& weight) { return dorefa_weights(weight, 2); };
  const Quantizer weights = choice.variant == "code" ? two_bits : layer_scaled_sign;
  const auto layer = [&](const char* name, std::int64_t units, std::int64_t kernel, std::int64_t pool) {
    return Layer{.name = name,
                 .units = units,
                 .kernel = kernel,
                 .margin = Margin::zeros,
                 .norm_behind = std::string(name) + "_bn",
                 .inputs = inputs,
                 .weights = weights,
                 .pool = pool};
  };
  const Layer first{.name = "conv1", .units = 96, .kernel = 12, .stride = 4};
  const Layer last{.name = "fc8",
                   .units = choice.classes,
                   .inputs = [](const Tensor& x) { return x.clamp(0, 1); },
                   .bias = true};
  return {square_input(227),
          {.epsilon = 1e-4},
          {first, layer("conv2", 256, 5, 3), layer("conv3", 384, 3, 3), layer("conv4", 384, 3, 0),
           layer("conv5", 256, 3, 3)},
          {layer("fc6", 4096, 0, 0), layer("fc7", 4096, 0, 0), last},
          256,
          49};
}

// Convolutions alone take images of any size. Classifiers do not, and the integer networks are converted for
// one size.
Status choose_size(const NetworkChoice& choice, Description* description) {
  NetworkInput& input = description->input;
  const std::int64_t height = choice.height > 0 ? choice.height : input.height;
  const std::int64_t width = choice.width > 0 ? choice.width : input.width;
  const bool same = height == input.height && width == input.width;
  if (!same && (choice.classes > 0 || !description->any_size)) {
    return make_error(ErrorCode::invalid_argument, "--input-size",
                      choice.name + " takes " + std::to_string(input.width) + "x" +
                          std::to_string(input.height) + " there");
  }
  if (std::min(height, width) < kSmallestSide) {
    return make_error(ErrorCode::invalid_argument, "--input-size",
                      "less than " + std::to_string(kSmallestSide) + " leaves nothing of the last map");
  }
  input.height = height;
  input.width = width;
  return {};
}

template <Description (*describe)(const NetworkChoice&)>
Result<NetworkPointer> make(const NetworkChoice& choice) {
  Description description = describe(choice);
  BITPLACE_TRY(choose_size(choice, &description));
  if (choice.classes <= 0) description.classifier.clear();
  return NetworkPointer(std::make_shared<LayeredNetwork>(choice, description));
}

}  // namespace

std::vector<NetworkEntry> alexnet_family() {
  const TrainingDefaults floppy{.learning_rate = 5e-4, .batch = 24, .epochs = 150};
  const TrainingDefaults binary{.learning_rate = 1e-4, .batch = 32, .epochs = 150};
  const TrainingDefaults real{.learning_rate = 5e-4, .batch = 24, .epochs = 25};
  const std::vector<std::string> one = {"paper"}, two = {"paper", "code"};
  return {
      {"floppynet", "3 layers of 1-bit weights and activations (Ferrarini et al. 2022)", one, floppy,
       make<floppynet>},
      {"floppynet2", "FloppyNet with weights and activations of 2 bits", one, floppy, make<floppynet_of<2>>},
      {"floppynet4", "FloppyNet with weights and activations of 4 bits", one, floppy, make<floppynet_of<4>>},
      {"floppynet8", "FloppyNet with weights and activations of 8 bits", one, floppy, make<floppynet_of<8>>},
      {"shallownet", "FloppyNet's layers with zero padding and a binary classifier", one, floppy,
       make<shallownet>},
      {"binarynet", "AlexNet's 5 layers with 1-bit weights and activations", one, binary, make<binarynet>},
      {"alexnet", "the real-valued AlexNet with batch-norms that the binary ones are compared with", one,
       real, make<alexnet>},
      {"xnornet", "AlexNet with a real first layer and 1-bit others (Rastegari et al. 2016)", two, binary,
       make<xnornet>},
      {"dorefanet", "AlexNet with few-bit weights and 2-bit activations (Zhou et al. 2016)", two, binary,
       make<dorefanet>},
  };
}

}  // namespace bitplace::train
