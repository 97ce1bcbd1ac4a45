#include <catch2/catch.hpp>

#include "end_to_end/real_network.h"
#include "libtorch/binary_resnet_cases.h"
#include "lowering/evaluate.h"

using namespace bitplace;

namespace {

// Odd maps behind some strides, even ones behind others: SAME then pads one side more than the other.
constexpr std::int64_t kHeight = 40, kWidth = 32;

const std::vector<test::TorchPicture>& pictures() {
  static const std::vector<test::TorchPicture> kPictures = test::scenes(kHeight, kWidth, 2, 19);
  return kPictures;
}

LoadedNetwork load(const std::string& path, const test::TorchChoice& choice, const std::string& cut = "",
                   const std::string& head = "") {
  return test::load_choice(path, choice, pictures()[0], cut, head);
}

std::vector<float> evaluated(const LoadedNetwork& network, const test::TorchPicture& picture) {
  const Result<EvaluatedValues> values = evaluate(network.graph, test::input_of(network, picture));
  if (!values.ok()) FAIL(values.error().message());
  const std::vector<double>& features = (*values)[static_cast<std::size_t>(network.graph.features)];
  return {features.begin(), features.end()};
}

// Both in binary64, rounded to binary32 at the end; factors of filters are binary32 in the graph.
void check_same(const std::vector<float>& found, const std::vector<float>& expected) {
  CHECK(test::agreement(found, expected).difference < 1e-5);
}

const std::vector<test::TorchChoice>& choices() {
  static const std::vector<test::TorchChoice> kChoices = {
      {"binvpr-ste-20", "paper", "", "", ""},
      {"binvpr-ste-20", "code", "", "", ""},
      {"binvpr-leaky-20", "paper", "", "", ""},
      {"binvpr-leaky-20", "code", "", "", ""},
      {"binvpr-ste-36", "code", "", "", ""},
      {"binvpr-leaky-36", "paper", "", "", ""},
      {"bireal34", "paper", "", "", ""},
      {"bireal34", "code", "", "", ""},
      {"realtobin34", "code", "", "", ""},
      {"biresnet18", "paper", "", "", ""},
      {"biresnet34", "paper", "", "approx_sign", "magnitude_aware_sign"},
      {"biresnet18", "paper", "", "hard_tanh", "ste_tern"},
      {"biresnet18", "paper", "", "leaky_tanh", "dorefa_2"}};
  return kChoices;
}

}  // namespace

TEST_CASE("every residual network's graph gives LibTorch's own feature maps") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  for (const test::TorchChoice& choice : choices()) {
    INFO(test::case_name(choice));
    const test::TorchNetwork torch = test::save_random_network(choice, 5, pictures(), path);
    const std::vector<float>& expected = torch.results[0].features;
    // A map that no picture changes would agree with anything.
    CHECK(test::agreement(torch.results[1].features, expected).difference > 0.01);
    check_same(evaluated(load(path, choice, "", "flatten"), pictures()[0]), expected);
    const LoadedNetwork pooled = load(path, choice);
    CHECK(pooled.head == "spoc");
  }
}

// Where signs stand behind ReLUs they are all +1, which is what is drawn and published: only what was
// restored or added behind the ReLU makes a convolution read anything else.
TEST_CASE("signs behind a ReLU read +1 everywhere in BinVPR-STE and in the published Bi-Real-34") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  struct Degenerate {
    test::TorchChoice choice;
    int convolutions, constant;  // of signs; those of them that read +1 only
  };
  for (const auto& [choice, convolutions, constant] :
       {Degenerate{{"binvpr-ste-20", "paper", "", "", ""}, 16, 15},
        Degenerate{{"binvpr-ste-20", "code", "", "", ""}, 16, 5},
        Degenerate{{"binvpr-ste-36", "paper", "", "", ""}, 32, 24},
        Degenerate{{"bireal34", "code", "", "", ""}, 32, 27},
        Degenerate{{"bireal34", "paper", "", "", ""}, 32, 0},
        Degenerate{{"realtobin34", "code", "", "", ""}, 32, 0}}) {
    INFO(test::case_name(choice));
    test::save_random_network(choice, 5, pictures(), path);
    const LoadedNetwork network = load(path, choice);
    const Result<EvaluatedValues> values = evaluate(network.graph, test::input_of(network, pictures()[0]));
    REQUIRE(values.ok());
    int found = 0, constants = 0;
    for (const Node& node : network.graph.nodes) {
      if (node.op != Op::sign) continue;
      const std::vector<double>& signs = (*values)[static_cast<std::size_t>(node.output)];
      ++found;
      constants += std::all_of(signs.begin(), signs.end(), [](double x) { return x == 1.0; }) ? 1 : 0;
    }
    CHECK(found == convolutions);
    CHECK(constants == constant);
  }
}

TEST_CASE("a residual network is known by its parameters' names where they tell, and ends at any stage") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  for (const char* name : {"bireal34", "realtobin34", "biresnet18", "biresnet34"}) {
    INFO(name);
    test::save_random_network({name, "", "", "", ""}, 6, pictures(), path);
    CHECK(load(path, {}).name == name);
  }
  test::save_random_network({"binvpr-leaky-20", "", "", "", ""}, 6, pictures(), path);
  const Result<LoadedNetwork> ambiguous = load_network(test::checkpoint_at(path), {});
  REQUIRE(!ambiguous.ok());
  CHECK(
      std::string(ambiguous.error().message()).find("--network binvpr-ste-20 or --network binvpr-leaky-20") !=
      std::string::npos);
  const test::TorchChoice choice{"bireal34", "code", "", "", ""};
  const test::TorchNetwork torch = test::save_random_network(choice, 7, pictures(), path);
  for (const char* stage : {"stem", "stage2"})
    check_same(evaluated(load(path, choice, stage, "flatten"), pictures()[1]),
               torch.results[1].stages.at(stage));
}

TEST_CASE(
    "heads that training has behind a residual network and behind torchvision's are converted with them") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/network.pt";
  for (const char* network : {"biresnet18", "resnet18"}) {
    for (const char* head : {"gem", "mac", "spoc", "mixvpr", "netvlad", "convap", "cosplace"}) {
      INFO(network << " with " << head);
      const test::TorchChoice choice{network, "", head, "", ""};
      const test::TorchNetwork torch = test::save_random_network(choice, 8, pictures(), path);
      const bool bare = std::string_view(head) == "mac" || std::string_view(head) == "spoc";
      const LoadedNetwork loaded = load(path, choice, "", bare ? head : "");
      CHECK(loaded.head == head);
      std::vector<float> found = evaluated(loaded, pictures()[0]);
      double squares = 0.0;
      for (const float x : found)
        squares += static_cast<double>(x) * static_cast<double>(x);
      for (float& x : found)
        x = static_cast<float>(static_cast<double>(x) / std::sqrt(squares));
      check_same(found, torch.results[0].descriptor);
    }
  }
}
