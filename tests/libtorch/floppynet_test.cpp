#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "checkpoint/checkpoint.h"
#include "end_to_end/describe.h"
#include "libtorch/floppynet_module.h"
#include "networks/load_network.h"
#include "support/random.h"

using namespace bitplace;

namespace {

// Shapes of several sizes under noise: edges and flat areas, dark and bright.
std::vector<std::uint8_t> random_image(test::Random* random) {
  const auto side = static_cast<std::size_t>(test::kSide);
  std::vector<std::uint8_t> image(side * side * 3);
  for (int shape = 0; shape < 40; ++shape) {
    const auto edge = [&] { return static_cast<std::size_t>(random->integer(0, test::kSide - 1)); };
    const auto [top, bottom] = std::minmax({edge(), edge()});
    const auto [left, right] = std::minmax({edge(), edge()});
    const std::uint32_t color = random->bits();
    for (std::size_t y = top; y <= bottom; ++y) {
      for (std::size_t x = left; x <= right; ++x) {
        for (std::size_t c = 0; c < 3; ++c)
          image[(y * side + x) * 3 + c] = static_cast<std::uint8_t>(color >> (8 * c));
      }
    }
  }
  for (std::uint8_t& pixel : image)
    pixel = static_cast<std::uint8_t>(std::clamp<std::int64_t>(pixel + random->integer(-20, 20), 0, 255));
  return image;
}

// Made once; the checkpoint is in a folder of this process, since the tiers of the tests run at the same
// time.
class Oracle {
 public:
  Oracle() {
    folder_ = (std::filesystem::temp_directory_path() / "bitplace-libtorch-XXXXXX").string();
    if (::mkdtemp(folder_.data()) == nullptr) FAIL("no temporary folder");
    path = folder_ + "/floppynet.pt";
    test::Random random(7);
    for (int i = 0; i < 4; ++i)
      images.push_back(random_image(&random));
    torch = test::save_random_floppynet(7, images, path);
  }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;
  ~Oracle() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path;
  std::vector<std::vector<std::uint8_t>> images;
  test::TorchFloppynet torch;

 private:
  std::string folder_;
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
