// Checkpoints with something wrong in them: an error that says what, and nothing is written.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "saved_network.h"
#include "vprconv_program.h"

using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
const std::string kLayer = "features.1.conv.0.";

struct Damage {
  const char* name;
  std::function<void(SavedNetwork&)> damage;
  std::string message;  // behind the file's name
};

const std::vector<Damage> kDamages = {
    {"a key is missing", [](SavedNetwork& net) { net.tensors.erase(net.tensors.begin()); },
     "parameters: missing features.0.0.weight"},
    {"a key is too many",
     [](SavedNetwork& net) {
       net.tensors.push_back({"stray.weight", {1}, {0.0f}});
     },
     "parameters: no part of mobilenet_v2 with head spoc: stray.weight"},
    {"another shape",
     [](SavedNetwork& net) {
       net[kLayer + "0.weight"].shape = {32, 1, 9, 1};
     },
     "tensor '" + kLayer + "0.weight': has shape [32, 1, 9, 1], expected [32, 1, 3, 3]"},
    {"a weight is no number", [](SavedNetwork& net) { net[kLayer + "0.weight"].values[5] = std::nanf(""); },
     "tensor '" + kLayer + "0.weight': element 5 is not finite"},
    {"a bias is infinite", [](SavedNetwork& net) { net[kLayer + "1.bias"].values[2] = -kInfinity; },
     "tensor '" + kLayer + "1.bias': element 2 is not finite"},
    {"a variance is negative", [](SavedNetwork& net) { net[kLayer + "1.running_var"].values[4] = -1.0f; },
     "tensor '" + kLayer + "1.running_var': element 4 is no variance"},
    {"a variance is no number",
     [](SavedNetwork& net) { net[kLayer + "1.running_var"].values[4] = std::nanf(""); },
     "tensor '" + kLayer + "1.running_var': element 4 is not finite"},
};

void fill(SavedTensor& tensor, float value) {
  std::fill(tensor.values.begin(), tensor.values.end(), value);
}

}  // namespace

TEST_CASE("a damaged checkpoint fails with the file, the place and the reason, and nothing is written") {
  const Folder folder;
  const SavedNetwork whole("mobilenet_v2");
  const std::string checkpoint = folder / "net.safetensors", model = folder / "m.vpr";
  for (const Damage& damage : kDamages) {
    INFO(damage.name);
    SavedNetwork net = whole;
    damage.damage(net);
    net.write(checkpoint);
    const Outcome outcome = vprconv(folder, "convert '" + checkpoint + "' --head spoc --input-size 64 -o '" +
                                                model + "' --json '" + (folder / "j") + "'");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.errors == "error: " + checkpoint + ": " + damage.message + "\n");
    CHECK(outcome.output.empty());
    CHECK(folder.entries() == 3);  // the checkpoint, stdout and stderr
  }
}

TEST_CASE("channels that are always zero convert, calibrate and describe in every precision") {
  const Folder folder;
  const std::string images = write_pictures(folder, 3);
  SavedNetwork net("squeezenet1_1");
  fill(net["features.0.weight"], 0.0f);  // every filter of the first layer
  fill(net["features.0.bias"], 0.5f);
  fill(net["features.6.squeeze.weight"], 0.0f);  // a value that its ReLU leaves nothing of
  fill(net["features.6.squeeze.bias"], -1.0f);
  net["features.12.expand1x1.weight"].values[0] = 0.0f;
  const std::string checkpoint = folder / "net.safetensors", model = folder / "m.vpr";
  net.write(checkpoint);
  for (const char* precision : {"fp32", "fp16", "int8", "w4a8", "w4a4"}) {
    INFO(precision);
    const bool calibrated = std::string(precision) != "fp32" && std::string(precision) != "fp16";
    const Outcome outcome = vprconv(
        folder, "convert '" + checkpoint + "' --head spoc --input-size 64 -o '" + model + "' --precision " +
                    precision + " --verify '" + images + "' --json '" + (folder / "j") + "'" +
                    (calibrated ? " --calibration min-max --calibrate '" + images + "'" : ""));
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const auto verified = nlohmann::json::parse(text_of(folder / "j"))["verify"];
    CHECK(verified["lowest_cosine"].get<double>() > 0.9);
  }
}
