#include <algorithm>
#include <catch2/catch.hpp>

#include "checkpoint/checkpoint.h"
#include "end_to_end/describe.h"
#include "libtorch/floppynet_module.h"
#include "libtorch/surroundings.h"
#include "networks/load_network.h"

using namespace bitplace;

namespace {

// Made once.
class Oracle {
 public:
  Oracle() : path(folder_.path() + "/floppynet.pt") {
    test::Random random(7);
    for (int i = 0; i < 4; ++i)
      images.push_back(test::random_scene(test::kSide, test::kSide, &random));
    torch = test::save_random_floppynet(7, images, path);
  }

 private:
  test::TemporaryFolder folder_;

 public:
  std::string path;
  std::vector<std::vector<std::uint8_t>> images;
  test::TorchFloppynet torch;
};

const Oracle& oracle() {
  static const Oracle kOracle;
  return kOracle;
}

}  // namespace

TEST_CASE("what LibTorch saves is read as it was: names, values, running statistics") {
  const Result<Checkpoint> checkpoint = read_checkpoint(oracle().path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  CHECK(checkpoint->format == "LibTorch archive");
  const auto& tensors = std::get<TensorCheckpoint>(checkpoint->contents).tensors;
  REQUIRE(tensors.size() == oracle().torch.tensors.size());
  for (const CheckpointTensor& tensor : tensors) {
    INFO(tensor.name);
    const auto expected = oracle().torch.tensors.find(tensor.name);
    REQUIRE(expected != oracle().torch.tensors.end());
    CHECK(to_f32(tensor) == expected->second);
  }
}

TEST_CASE("a FloppyNet that LibTorch saved gives LibTorch's own pool5, to the last integer") {
  const Result<Checkpoint> checkpoint = read_checkpoint(oracle().path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  const Result<LoadedNetwork> network = load_network(*checkpoint, {});
  if (!network.ok()) FAIL(network.error().message());
  CHECK(network->name == "floppynet");
  Describer describer = test::open_describer(test::lowered_model(network->graph));
  for (std::size_t i = 0; i < oracle().images.size(); ++i) {
    const ImageView image{oracle().images[i].data(), test::kSide, test::kSide, 0, PixelFormat::rgb8};
    const std::vector<float> features = test::features_of(describer, image);
    const std::vector<float>& expected = oracle().torch.pool5[i];
    REQUIRE(expected.size() == 6 * 6 * 256);
    // A constant output would agree with anything.
    const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
    CHECK(*high - *low > 200.0f);
    REQUIRE(features.size() == expected.size());
    CHECK(std::mismatch(features.begin(), features.end(), expected.begin()).first == features.end());
  }
}
