#include <cstring>

#include "bitplace/cpu.h"
#include "checkpoint/checkpoint.h"
#include "core/file.h"
#include "describe.h"
#include "networks/load_network.h"
#include "support/test_data.h"

using namespace bitplace;

TEST_CASE("the published FloppyNet gives every golden pool5 exactly") {
  const auto path = test::test_data("models/floppyNet_places365.tflite", "golden pool5");
  if (!path) return;
  const Result<Checkpoint> checkpoint = read_checkpoint(*path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  const Result<LoadedNetwork> network = load_network(*checkpoint, {});
  if (!network.ok()) FAIL(network.error().message());
  Describer describer = test::open_describer(test::lowered_model(network->graph));

  // The reference kernels take seconds for one image.
  const bool reference_only = describer.plan().features() == 0;
  const std::string golden = *test::test_data("golden/floppynet", "golden pool5");
  for (int index = 0; index < (reference_only ? 1 : 6); ++index) {
    INFO("input " << index);
    const auto pixels = read_file(golden + "/input_" + std::to_string(index) + ".u8", 1 << 20);
    const auto pool5 = read_file(golden + "/pool5_" + std::to_string(index) + ".f32", 1 << 20);
    REQUIRE(pixels.ok());
    REQUIRE(pool5.ok());
    REQUIRE(pixels->size() == 227 * 227 * 3);
    const ImageView image{reinterpret_cast<const std::uint8_t*>(pixels->data()), 227, 227, 0,
                          PixelFormat::rgb8};
    const std::vector<float> features = test::features_of(describer, image);
    REQUIRE(pool5->size() == features.size() * sizeof(float));
    CHECK(std::memcmp(features.data(), pool5->data(), pool5->size()) == 0);
  }
}
