#include "networks/training_settings.h"

#include <catch2/catch.hpp>

#include "networks/build_binary_network.h"
#include "networks/network.h"

using namespace bitplace;
using Catch::Matchers::Contains;

namespace {

TensorCheckpoint with_settings(const std::string& settings, const std::string& network = "floppynet") {
  TensorCheckpoint checkpoint;
  checkpoint.settings = {{"bitplace_network", network}, {"bitplace_settings", settings}};
  return checkpoint;
}

TrainingSettings read(const std::string& settings) {
  const auto found = read_training_settings(with_settings(settings));
  if (!found.ok()) FAIL(found.error().message());
  REQUIRE(found->has_value());
  return **found;
}

std::string error_of(const std::string& settings) {
  const auto found = read_training_settings(with_settings(settings));
  return found.ok() ? "no error" : found.error().message();
}

Result<LoadedNetwork> load_floppynet(const std::string& settings, const NetworkOptions& options) {
  TensorCheckpoint tensors = random_parameters(*find_binary_network("floppynet"), 3);
  tensors.settings = with_settings(settings).settings;
  return load_network({"run.pt", "LibTorch archive", 0, {}, std::move(tensors)}, options);
}

}  // namespace

TEST_CASE("settings of training are read where they are") {
  CHECK_FALSE(read_training_settings(TensorCheckpoint())->has_value());
  const TrainingSettings all = read(
      R"({"head": "gem", "variant": "code", "activation_quantizer": "approx-sign", "weight_quantizer": "ste-sign",
          "batch_norm_epsilon": 0.001, "height": 224, "width": 192, "mean": [0.5, 0, -1], "deviation": [1, 2, 0.25],
          "resize": "nearest", "credit": "NRK", "step": 17, "unknown": {}})");
  CHECK(all.network == "floppynet");
  CHECK(all.head == "gem");
  CHECK(all.variant == "code");
  CHECK(all.activation_quantizer == "approx-sign");
  CHECK(all.weight_quantizer == "ste-sign");
  CHECK(all.epsilon == 0.001);
  CHECK(all.height == 224);
  CHECK(all.width == 192);
  CHECK(all.mean == std::array<float, 3>{0.5f, 0.0f, -1.0f});
  CHECK(all.deviation == std::array<float, 3>{1.0f, 2.0f, 0.25f});
  CHECK(all.resize == ResizeRule::nearest);
  CHECK(all.credit == "NRK");
  const TrainingSettings none = read("{}");
  CHECK_FALSE((none.epsilon || none.height || none.width || none.mean || none.deviation || none.resize));
}

TEST_CASE("settings that make no sense are errors that name them") {
  for (const char* text : {"", "[]", "17", "{", R"({"head": "gem")"})
    CHECK_THAT(error_of(text), Contains("is no JSON object"));
  const std::pair<const char*, const char*> senseless[] = {{"head", "3"},
                                                           {"credit", "[]"},
                                                           {"batch_norm_epsilon", "-1e-3"},
                                                           {"height", "0"},
                                                           {"width", "8193"},
                                                           {"height", "1.5"},
                                                           {"mean", "[0, 0]"},
                                                           {"mean", "0"},
                                                           {"mean", "[0, 0, 1e99]"},
                                                           {"deviation", "[1,0,1]"},
                                                           {"resize", "\"fine\""},
                                                           {"batch_norm_epsilon", "1"}};
  for (const auto& [name, value] : senseless) {
    INFO(name << " " << value);
    CHECK_THAT(error_of(std::string("{\"") + name + "\": " + value + "}"),
               Contains("\"" + std::string(name) + "\" makes no sense"));
  }
}

TEST_CASE("settings stand for what the options leave open, and for nothing else") {
  const TrainingSettings settings =
      read(R"({"head": "gem", "variant": "code", "batch_norm_epsilon": 0.001, "height": 64, "width": 96})");
  const NetworkOptions filled = completed({}, settings);
  CHECK(filled.network == "floppynet");
  CHECK(filled.head == "gem");
  CHECK(filled.variant == "code");
  CHECK(filled.epsilon == 0.001);
  CHECK(filled.height == 64);
  CHECK(filled.width == 96);
  NetworkOptions given;
  given.head = "spoc";
  given.epsilon = 1e-5;
  given.height = 32;
  const NetworkOptions kept = completed(given, settings);
  CHECK(kept.head == "spoc");
  CHECK(kept.epsilon == 1e-5);
  CHECK(kept.height == 32);
  CHECK_FALSE(kept.width);
  NetworkOptions other;
  other.network = "shallownet";
  CHECK(completed(other, settings).network == "shallownet");
  CHECK_FALSE(completed(other, settings).epsilon);
}

TEST_CASE("a checkpoint of vprtrain is loaded as it says") {
  const char* text = R"({"batch_norm_epsilon": 0.001, "height": 227, "width": 227, "mean": [0, 0, 0],
                         "deviation": [1, 1, 1], "resize": "nearest", "credit": "someone"})";
  const Result<LoadedNetwork> loaded = load_floppynet(text, {});
  if (!loaded.ok()) FAIL(loaded.error().message());
  CHECK(loaded->name == "floppynet");
  CHECK(loaded->epsilon == 0.001);
  CHECK(loaded->preprocessing.resize == ResizeRule::nearest);
  CHECK(loaded->credit == "someone");
  CHECK_THAT(loaded->notes.front(), Contains("floppynet"));

  NetworkOptions shallownet;
  shallownet.network = "shallownet";
  CHECK(load_floppynet(text, shallownet)->name == "shallownet");
  CHECK_THAT(load_floppynet(R"({"height": 64, "width": 64})", {}).error().message(), Contains("227x227"));
  CHECK_THAT(load_floppynet("nonsense", {}).error().message(), Contains("run.pt"));
}
