// State dictionaries that PyTorch itself saved, and what PyTorch computed with them. They are too large for
// the repository: BITPLACE_PYTORCH_NETWORKS names a folder (docs/networks.md) that holds
//   NETWORK.pth              torchvision's state_dict of a network by bitplace's name
//   NETWORK[.X].safetensors  "input" [1, 3, H, W], which is an image's bytes / 255 normalised as ImageNet is;
//                            "features", the network's map at the default cut; "cut.NAME", at another one
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "end_to_end/real_network.h"
#include "networks/backbone.h"

using namespace bitplace;

namespace {

TensorCheckpoint read_tensors(const std::string& path) {
  Result<Checkpoint> checkpoint = read_checkpoint(path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  return std::get<TensorCheckpoint>(std::move(checkpoint->contents));
}

// NHWC of a tensor [1, c, h, w].
std::vector<float> channels_last(const CheckpointTensor& tensor) {
  REQUIRE(tensor.shape.size() == 4);
  const std::vector<float> planes = to_f32(tensor);
  const auto channels = static_cast<std::size_t>(tensor.shape[1]);
  const std::size_t pixels = planes.size() / channels;
  std::vector<float> ordered(planes.size());
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i)
      ordered[i * channels + c] = planes[c * pixels + i];
  }
  return ordered;
}

// The image whose bytes the input was made of.
std::vector<std::uint8_t> image_of(const CheckpointTensor& input) {
  const std::vector<float> normalized = channels_last(input);
  std::vector<std::uint8_t> image(normalized.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    const float byte = (normalized[i] * kImageNetDeviation[i % 3] + kImageNetMean[i % 3]) * 255.0f;
    REQUIRE(std::abs(byte - std::round(byte)) < 1e-3f);
    image[i] = static_cast<std::uint8_t>(std::lround(byte));
  }
  return image;
}

void check_cut(const Checkpoint& checkpoint, const std::string& cut, const CheckpointTensor& input,
               const CheckpointTensor& expected) {
  NetworkOptions options;
  options.cut = cut;
  options.height = static_cast<int>(input.shape[2]);
  options.width = static_cast<int>(input.shape[3]);
  const Result<LoadedNetwork> network = load_network(checkpoint, options);
  if (!network.ok()) FAIL(network.error().message());
  Describer describer = test::open_describer(test::real_valued_model(*network));
  const std::vector<std::uint8_t> image = image_of(input);
  const ImageView view{image.data(), *options.width, *options.height, 0, PixelFormat::rgb8};
  const std::vector<float> features = test::features_of(describer, view);
  const test::Agreement agreement = test::agreement(features, channels_last(expected));
  std::printf("%s %s %dx%d: cosine 1 - %.1e, largest difference %.1e\n", network->name.c_str(),
              network->cut.c_str(), *options.width, *options.height, 1.0 - agreement.cosine,
              agreement.difference);
  test::check_agreement(features, channels_last(expected));
}

void check_file(const Checkpoint& checkpoint, const std::filesystem::path& path) {
  const TensorCheckpoint tensors = read_tensors(path.string());
  const auto input = std::find_if(tensors.tensors.begin(), tensors.tensors.end(),
                                  [](const CheckpointTensor& tensor) { return tensor.name == "input"; });
  REQUIRE(input != tensors.tensors.end());
  std::size_t compared = 0;
  for (const CheckpointTensor& tensor : tensors.tensors) {
    if (tensor.name == "input") continue;
    INFO(path.filename().string() << " " << tensor.name);
    REQUIRE((tensor.name == "features" || tensor.name.starts_with("cut.")));
    check_cut(checkpoint, tensor.name == "features" ? "" : tensor.name.substr(4), *input, tensor);
    ++compared;
  }
  CHECK(compared > 0);
}

}  // namespace

TEST_CASE("state dictionaries that PyTorch saved give PyTorch's own feature maps") {
  const char* folder = std::getenv("BITPLACE_PYTORCH_NETWORKS");
  if (folder == nullptr || *folder == '\0') {
    std::printf("SKIPPED state dictionaries of PyTorch: BITPLACE_PYTORCH_NETWORKS is not set\n");
    return;
  }
  for (const Backbone& backbone : backbones()) {
    const auto path = std::filesystem::path(folder) / (std::string(backbone.name) + ".pth");
    if (!std::filesystem::exists(path)) {
      std::printf("SKIPPED %s: it does not exist\n", path.c_str());
      continue;
    }
    const Result<Checkpoint> checkpoint = read_checkpoint(path.string());
    if (!checkpoint.ok()) FAIL(checkpoint.error().message());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(std::string(backbone.name) + ".") || !name.ends_with(".safetensors")) continue;
      check_file(*checkpoint, entry.path());
      ++files;
    }
    CHECK(files > 0);
  }
}
