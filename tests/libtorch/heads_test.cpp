#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "checkpoint/checkpoint.h"
#include "end_to_end/real_network.h"
#include "libtorch/head_modules.h"
#include "lowering/evaluate.h"
#include "networks/checkpoint_parameters.h"
#include "networks/heads/recognise_head.h"
#include "networks/load_backbone.h"
#include "support/random.h"

using namespace bitplace;

namespace {

// Odd sizes: the cells of adaptive pooling overlap, and no width is a multiple of a vector.
constexpr std::int64_t kHeight = 22, kWidth = 29;

test::TorchScene random_scene() {
  test::Random random(23);
  test::TorchScene scene{kHeight, kWidth, {}};
  for (std::int64_t i = 0; i < kHeight * kWidth * 3; ++i) {
    const std::int64_t slope = 4 * (i / 3 % kWidth) + 3 * (i / 3 / kWidth);
    scene.bytes.push_back(static_cast<std::uint8_t>((slope * (i % 3 + 1) + random.integer(0, 60)) % 256));
  }
  return scene;
}

// What a checkpoint leaves open, as the case's name says it.
HeadRequest request_for(const std::string& head) {
  HeadRequest request;
  if (head.starts_with("spoc") || head.starts_with("mac")) request.name = head.substr(0, head.find('/'));
  if (head == "convap/grid") request.grid = 3;
  const std::size_t last = head.rfind('/');
  PoolNorm norm{};
  if (last != std::string::npos && pool_norm_from_name(head.substr(last + 1), &norm))
    request.pool_norm = norm;
  return request;
}

// What the preprocessing makes of the image, without rounding.
std::vector<double> normalized(const test::TorchScene& scene) {
  std::vector<double> values;
  for (std::size_t i = 0; i < scene.bytes.size(); ++i) {
    constexpr double kMean[] = {0.485, 0.456, 0.406}, kDeviation[] = {0.229, 0.224, 0.225};
    values.push_back((scene.bytes[i] / 255.0 - kMean[i % 3]) / kDeviation[i % 3]);
  }
  return values;
}

std::vector<float> evaluated(const LoadedNetwork& network, const test::TorchScene& scene) {
  const Result<EvaluatedValues> values = evaluate(network.graph, normalized(scene));
  if (!values.ok()) FAIL(values.error().message());
  const std::vector<double>& features = (*values)[static_cast<std::size_t>(network.graph.features)];
  return {features.begin(), features.end()};
}

// Both in binary64, rounded to binary32 at the end.
void check_same(const std::vector<float>& found, const std::vector<float>& expected) {
  CHECK(test::agreement(found, expected).difference < 1e-6);
  // A constant output would agree with anything.
  const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
  CHECK(*high > *low);
}

LoadedNetwork load(const std::string& path, const HeadRequest& request) {
  const Result<Checkpoint> checkpoint = read_checkpoint(path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  NamedTensors tensors(std::get<TensorCheckpoint>(checkpoint->contents));
  const Result<RecognisedHead> head = choose_head(tensors, request);
  if (!head.ok()) FAIL(head.error().message());
  CheckpointParameters parameters(tensors);
  NetworkBuilder builder(parameters, kHeight, kWidth);
  const ValueId map = builder.convolution(
      "conv", builder.input(),
      {.filters = test::kMapChannels, .kernel = 3, .stride = 2, .padding = 1, .bias = true});
  LoadedNetwork network;
  Result<Graph> graph = builder.finish(append_head(builder, map, head->spec));
  if (!graph.ok()) FAIL(graph.error().message());
  network.graph = *std::move(graph);
  network.preprocessing = image_net_preprocessing(kHeight, kWidth);
  for (const Status& status : {parameters.check(), parameters.check_surplus("the test", {})}) {
    if (!status.ok()) FAIL(status.error().message());
  }
  return network;
}

}  // namespace

TEST_CASE("every head that LibTorch saved is recognised and gives LibTorch's numbers") {
  std::string folder = (std::filesystem::temp_directory_path() / "bitplace-heads-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const test::TorchScene scene = random_scene();
  const ImageView image{scene.bytes.data(), kWidth, kHeight, 0, PixelFormat::rgb8};
  for (const std::string& head : test::torch_heads()) {
    INFO(head);
    const std::string path = folder + "/head.pt";
    const test::TorchHead torch = test::save_random_head(head, 5, scene, path);
    const LoadedNetwork network = load(path, request_for(head));
    check_same(evaluated(network, scene), torch.features);
    Describer describer = test::open_describer(test::real_valued_model(network));
    test::check_agreement(test::features_of(describer, image), torch.features);
    const Result<DescriptorView> found = describer.describe(image);
    if (!found.ok()) FAIL(found.error().message());
    const auto* first = static_cast<const float*>(found->data);
    test::check_agreement({first, first + torch.descriptor.size()}, torch.descriptor);
  }
  std::filesystem::remove_all(folder);
}
