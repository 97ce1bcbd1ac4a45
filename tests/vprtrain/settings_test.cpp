#include "vprtrain/loop/settings.h"

#include <catch2/catch.hpp>

using namespace bitplace;
using namespace bitplace::train;
using Catch::Matchers::Contains;

namespace {

TrainSettings floppynet() {
  TrainSettings settings;
  settings.network = "floppynet";
  settings.data = {"places"};
  return settings;
}

std::string error_of(void (*change)(TrainSettings&)) {
  TrainSettings settings = floppynet();
  change(settings);
  const Status status = complete(&settings);
  return status.ok() ? "no error" : status.error().message();
}

}  // namespace

TEST_CASE("what is not given is as the network's authors did it") {
  TrainSettings settings = floppynet();
  REQUIRE(complete(&settings).ok());
  CHECK(settings.optimizer == "adam");
  CHECK(settings.learning_rate == 5e-4);
  CHECK(settings.batch == 24);
  CHECK(settings.epochs == 150);
  CHECK(settings.threads >= 1);

  TrainSettings own = floppynet();
  own.optimizer = "sgd";
  own.learning_rate = 0.1;
  own.batch = 8;
  REQUIRE(complete(&own).ok());
  CHECK(own.optimizer == "sgd");
  CHECK(own.learning_rate == 0.1);
  CHECK(own.batch == 8);
}

TEST_CASE("impossible settings are refused by the option's name") {
  CHECK(error_of([](TrainSettings&) {}) == "no error");
  CHECK_THAT(error_of([](TrainSettings& s) { s.network = ""; }), Contains("--network"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.network = "nonet"; }), Contains("nonet"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.data.clear(); }), Contains("--data"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.batch = 1; }), Contains("--batch"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.epochs = 0; }), Contains("--epochs"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.learning_rate = -1.0; }), Contains("--learning-rate"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.hold_out = 1.0; }), Contains("--hold-out"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.optimizer = "lion"; }), Contains("adam, adamw, sgd"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.schedule = "milestones"; }), Contains("--milestones"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.milestones = {3.0, 2.0}; }), Contains("rising"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.early_stop = 3; }), Contains("--early-stop"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.validate_references = "ref"; }), Contains("belong together"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.latent_range = 1.5; }), Contains("--latent-range"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.batch_stretch = -1; }), Contains("--batch-stretch"));
  CHECK_THAT(error_of([](TrainSettings& s) { s.device = "tpu"; }), Contains("cpu, cuda"));
}

TEST_CASE("settings that change the result are told apart from those that do not") {
  TrainSettings before = floppynet();
  REQUIRE(complete(&before).ok());
  TrainSettings now = before;
  now.save_every = 1.0;
  now.memory_mb = 1;
  CHECK(differences(to_json(before), to_json(now)).empty());
  now.batch = 32;
  now.credit = "someone";
  const std::vector<std::string> found = differences(to_json(before), to_json(now));
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "--batch was 24 and is 32");
  CHECK(found[1] == "--credit was not given and is \"someone\"");
}

TEST_CASE("input sizes are one number or two") {
  std::int64_t height = 0, width = 0;
  REQUIRE(parse_size("--input-size", "", &height, &width).ok());
  CHECK(height == 0);
  REQUIRE(parse_size("--input-size", "64x96", &height, &width).ok());
  CHECK((height == 64 && width == 96));
  REQUIRE(parse_size("--input-size", "227", &height, &width).ok());
  CHECK((height == 227 && width == 227));
  for (const char* text : {"x", "64x", "x64", "0", "64x0", "-1", "64x64x64", "99999"})
    CHECK_FALSE(parse_size("--input-size", text, &height, &width).ok());
}
