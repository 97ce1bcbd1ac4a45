#include <catch2/catch.hpp>
#include <cstdio>

#include "end_to_end/real_network.h"
#include "image/decode.h"
#include "libtorch/backbone_modules.h"
#include "libtorch/surroundings.h"
#include "lowering/evaluate.h"
#include "networks/backbone.h"
#include "support/test_data.h"

using namespace bitplace;

namespace {

// Neither square nor a multiple of the networks' stride.
constexpr std::int64_t kHeight = 118, kWidth = 150;

// The middle of a photograph.
test::TorchImage photograph(const std::string& path) {
  const Result<DecodedImage> decoded = read_image(path);
  if (!decoded.ok()) FAIL(decoded.error().message());
  const std::size_t channels = decoded->format == PixelFormat::gray8 ? 1 : 3;
  const std::int64_t top = (decoded->height - kHeight) / 2, left = (decoded->width - kWidth) / 2;
  REQUIRE((top >= 0 && left >= 0));
  test::TorchImage image{kHeight, kWidth, {}};
  for (std::int64_t y = top; y < top + kHeight; ++y) {
    for (std::int64_t x = left; x < left + kWidth; ++x) {
      const auto pixel = static_cast<std::size_t>(y * decoded->width + x) * channels;
      for (std::size_t c = 0; c < 3; ++c)
        image.bytes.push_back(decoded->pixels[pixel + c % channels]);
    }
  }
  return image;
}

const std::vector<test::TorchImage>& images() {
  static const std::vector<test::TorchImage> kImages = [] {
    std::vector<test::TorchImage> images;
    test::Random random(11);
    for (int i = 0; i < 2; ++i)
      images.push_back({kHeight, kWidth, test::random_scene(kHeight, kWidth, &random)});
    if (const auto folder = test::test_data("data/gardens_daynight10", "backbones on photographs")) {
      const auto paths = list_images(*folder);
      REQUIRE((paths.ok() && paths->size() >= 2));
      for (const std::size_t i : {std::size_t{0}, paths->size() / 2})
        images.push_back(photograph((*paths)[i]));
    }
    return images;
  }();
  return kImages;
}

// The graph as it was built against LibTorch, both in binary64: the layers are the same.
void check_graph(const LoadedNetwork& network, const test::TorchCut& cut) {
  std::vector<double> input;
  for (std::size_t i = 0; i < images()[0].bytes.size(); ++i) {
    constexpr double kMean[] = {0.485, 0.456, 0.406}, kDeviation[] = {0.229, 0.224, 0.225};
    input.push_back((images()[0].bytes[i] / 255.0 - kMean[i % 3]) / kDeviation[i % 3]);
  }
  const Result<EvaluatedValues> values = evaluate(network.graph, input);
  if (!values.ok()) FAIL(values.error().message());
  const std::vector<double>& features = (*values)[static_cast<std::size_t>(network.graph.features)];
  const test::Agreement agreement =
      test::agreement(std::vector<float>(features.begin(), features.end()), cut.maps[0]);
  CHECK(agreement.difference < 1e-6);  // both were rounded to f32 at the end
}

void check_cut(const Checkpoint& checkpoint, const std::string& network, const test::TorchCut& cut) {
  NetworkOptions options;
  options.cut = cut.name;
  options.height = kHeight;
  options.width = kWidth;
  const Result<LoadedNetwork> loaded = load_network(checkpoint, options);
  if (!loaded.ok()) FAIL(loaded.error().message());
  CHECK(loaded->name == network);
  check_graph(*loaded, cut);
  Describer describer = test::open_describer(test::real_valued_model(*loaded));
  for (std::size_t i = 0; i < cut.maps.size(); ++i) {
    INFO("image " << i);
    const std::vector<float>& expected = cut.maps[i];
    const ImageView image{images()[i].bytes.data(), kWidth, kHeight, 0, PixelFormat::rgb8};
    const std::vector<float> found = test::features_of(describer, image);
    const test::Agreement agreement = test::agreement(found, expected);
    std::printf("%s %s image %zu: cosine 1 - %.1e, largest difference %.1e\n", network.c_str(),
                cut.name.c_str(), i, 1.0 - agreement.cosine, agreement.difference);
    test::check_agreement(found, expected);
  }
}

}  // namespace

TEST_CASE("every backbone that LibTorch saved gives LibTorch's own feature maps, at each cut") {
  const test::TemporaryFolder folder;
  for (const Backbone& backbone : backbones()) {
    const std::string name = backbone.name, path = folder.path() + "/" + name + ".pt";
    const std::vector<test::TorchCut> cuts = test::save_random_backbone(name, 3, images(), path);
    CHECK(cuts.size() == backbone.cuts.size());
    // A map that no image changes would agree with anything.
    CHECK(test::agreement(cuts[0].maps[0], cuts[0].maps[1]).difference > 0.1);
    const Result<Checkpoint> checkpoint = read_checkpoint(path);
    if (!checkpoint.ok()) FAIL(checkpoint.error().message());
    for (const test::TorchCut& cut : cuts) {
      INFO(name << " " << cut.name);
      check_cut(*checkpoint, name, cut);
    }
  }
}
