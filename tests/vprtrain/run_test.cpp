// Whole runs: begun, killed, gone on with, converted.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <thread>

#include "checkpoint/checkpoint.h"
#include "common/json_file.h"
#include "support/random.h"
#include "vprtrain/run_program.h"
#include "vprtrain/training_files.h"

using namespace bitplace;
using bitplace::test::contents_of;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

constexpr int kPlaces = 8, kHeldOut = 2;

// Places of two pictures each: the same patches, the second time darker and under noise.
std::string write_places(const test::TrainingFolder& folder) {
  constexpr int kWidth = 64, kHeight = 48, kPatch = 8;
  test::Random random(5);
  for (int place = 0; place < kPlaces; ++place) {
    std::vector<std::uint8_t> patches(kWidth / kPatch * kHeight / kPatch);
    for (std::uint8_t& patch : patches)
      patch = static_cast<std::uint8_t>(random.integer(40, 255));
    for (int image = 0; image < 2; ++image) {
      std::vector<std::uint8_t> pixels;
      for (int i = 0; i < kWidth * kHeight; ++i) {
        const int patch = i / kWidth / kPatch * (kWidth / kPatch) + i % kWidth / kPatch;
        const int level = patches[static_cast<std::size_t>(patch)] / (image + 1);
        pixels.push_back(static_cast<std::uint8_t>(level - random.integer(0, 20 * image)));
      }
      const auto png = tools::encode_png({pixels.data(), kWidth, kHeight, 0, PixelFormat::gray8});
      REQUIRE(png.ok());
      const std::string path =
          folder.path() + "/places/p" + std::to_string(place) + "/" + std::to_string(image) + ".png";
      fs::create_directories(fs::path(path).parent_path());
      REQUIRE(write_file(path, *png).ok());
    }
  }
  return folder.path() + "/places";
}

// Every step is saved, so that a kill may meet any part of a save.
std::vector<std::string> command(const std::string& places, const std::string& run, int steps) {
  return {"--network",
          "floppynet",
          "--data",
          places,
          "--hold-out",
          std::to_string(double{kHeldOut} / kPlaces),
          "--batch",
          "4",
          "--threads",
          "1",
          "--validate-every",
          "1",
          "--steps",
          std::to_string(steps),
          "--log-every",
          "2",
          "--save-every",
          "0",
          "--credit",
          "nobody at all",
          "--schedule",
          "cosine",
          "-o",
          run};
}

int run(const std::vector<std::string>& arguments, const std::string& output) {
  return test::Process(BITPLACE_VPRTRAIN, arguments, output).wait();
}

// Kills a run somewhere in the steps that it would do next: as many saves as `saves` and `delay` later.
void kill_after(const std::vector<std::string>& arguments, const fs::path& state, std::int64_t saves,
                std::chrono::microseconds delay, const std::string& output) {
  test::Process process(BITPLACE_VPRTRAIN, arguments, output);
  const auto time = [&state] {
    std::error_code ignored;
    return fs::last_write_time(state, ignored);
  };
  auto last = time();
  for (std::int64_t seen = 0; seen < saves && process.running();) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (time() == last) continue;
    last = time();
    ++seen;
  }
  std::this_thread::sleep_for(delay);
  process.send(SIGKILL);
  process.wait();
}

// The numbers behind the heading of an .npy file.
std::vector<float> values_of(const std::string& path) {
  const std::string file = contents_of(path);
  REQUIRE(file.size() > 10);
  const std::size_t heading =
      static_cast<unsigned char>(file[8]) + 256u * static_cast<unsigned char>(file[9]);
  std::vector<float> values((file.size() - 10 - heading) / sizeof(float));
  std::memcpy(values.data(), file.data() + 10 + heading, values.size() * sizeof(float));
  return values;
}

}  // namespace

TEST_CASE("a run that is killed ten times ends as one that was not, byte for byte") {
  constexpr int kSteps = 24, kKills = 10;
  const test::TrainingFolder folder;
  const std::string places = write_places(folder), output = folder.path() + "/output";
  const auto whole_run = command(places, folder.path() + "/whole", kSteps);
  const auto killed_run = command(places, folder.path() + "/killed", kSteps);
  const int whole = run(whole_run, output);
  INFO(contents_of(output));
  REQUIRE(whole == 0);

  test::Random random(29);
  for (int i = 0; i < kKills; ++i) {
    kill_after(killed_run, folder.path() + "/killed/last.pt", random.integer(0, 2),
               std::chrono::microseconds(random.integer(0, 60000)), output);
  }
  const bool was_killed_in_time = !fs::exists(folder.path() + "/killed/final.pt");
  CHECK(was_killed_in_time);
  const int rest = run(killed_run, output);
  INFO(contents_of(output));
  REQUIRE(rest == 0);
  CHECK_THAT(contents_of(output), Contains("goes on behind step"));
  for (const char* name : {"/final.pt", "/best.pt", "/log.csv", "/run.html", "/settings.json"}) {
    INFO(name);
    const std::string expected = contents_of(folder.path() + "/whole" + name);
    CHECK_FALSE(expected.empty());
    CHECK((contents_of(folder.path() + "/killed" + name) == expected));
  }
  // Once more does nothing, and another seed would give another network.
  CHECK(run(killed_run, output) == 0);
  CHECK_THAT(contents_of(output), Contains("is complete"));
}

TEST_CASE("a run that is asked to end saves itself, and refuses to go on as another") {
  const test::TrainingFolder folder;
  const std::string places = write_places(folder), output = folder.path() + "/output";
  const std::string run_folder = folder.path() + "/run";
  const auto arguments = command(places, run_folder, 1000);
  {
    test::Process process(BITPLACE_VPRTRAIN, arguments, output);
    while (process.running() && !fs::exists(run_folder + "/last.pt"))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    process.send(SIGTERM);
    CHECK(process.wait() == 1);
  }
  CHECK_THAT(contents_of(output), Contains("the same command goes on from there"));
  auto other = arguments;
  other.insert(other.end(), {"--learning-rate", "0.25"});
  CHECK(run(other, output) == 1);
  CHECK_THAT(contents_of(output), Contains("--learning-rate was 0.0005 and is 0.25"));
  auto more_places = arguments;
  more_places.insert(more_places.end(), {"--least-images", "1"});
  CHECK(run(more_places, output) == 1);
  CHECK_THAT(contents_of(output), Contains("--least-images"));
}

TEST_CASE("latent weights begin as far from zero as asked for, and others as ever") {
  const test::TrainingFolder folder;
  const std::string places = write_places(folder), output = folder.path() + "/output";
  const auto weights = [&](const std::string& range) {
    const std::string path = folder.path() + "/run" + range;
    auto arguments = command(places, path, 1);
    arguments.insert(arguments.end(), {"--learning-rate", "0", "--latent-range", range});
    const int trained = run(arguments, output);
    INFO(contents_of(output));
    REQUIRE(trained == 0);
    auto checkpoint = read_checkpoint(path + "/final.pt");
    REQUIRE(checkpoint.ok());
    std::map<std::string, std::vector<float>> values;
    for (const CheckpointTensor& tensor : std::get<TensorCheckpoint>(checkpoint->contents).tensors)
      values[tensor.name] = to_f32(tensor);
    return values;
  };
  const auto drawn = weights("0"), spread = weights("0.5");
  for (const auto& [name, values] : spread) {
    INFO(name);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (name == "conv1.weight" || name == "conv2.weight" || name == "conv5.weight") {
      CHECK(*least < -0.49f);
      CHECK(*least >= -0.5f);
      CHECK(*most > 0.49f);
      CHECK(*most <= 0.5f);
    } else if (name.find("running") == std::string::npos) {
      CHECK(values == drawn.at(name));
    }
  }
}

TEST_CASE("a run begins with a checkpoint's weights and learns from a model's descriptors") {
  const test::TrainingFolder folder;
  const std::string places = write_places(folder), output = folder.path() + "/output";
  const std::string first = folder.path() + "/first", teacher = folder.path() + "/teacher.vpr";
  REQUIRE(run(command(places, first, 1), output) == 0);
  const std::vector<std::string> convert = {"convert", first + "/final.pt", "-o", teacher};
  REQUIRE(test::Process(BITPLACE_VPRCONV, convert, output).wait() == 0);

  // The network begins as its teacher and sees what it sees, so that nothing is left to learn at first.
  auto arguments = command(places, folder.path() + "/second", 1);
  for (const char* argument : {"--teacher-augmented", "--loss", "regression", "--augment", "none"})
    arguments.emplace_back(argument);
  for (const std::string& argument :
       {std::string("--teacher"), teacher, std::string("--init"), first + "/final.pt"})
    arguments.push_back(argument);
  const int taught = run(arguments, output);
  INFO(contents_of(output));
  REQUIRE(taught == 0);
  CHECK_THAT(contents_of(output), Contains("tensors taken"));
  auto log = contents_of(folder.path() + "/second/log.csv");
  CHECK_THAT(log, Contains("regression"));
  // The teacher's batch-norms use its running statistics, the student's those of its batch: near, not equal.
  auto strangers = arguments;
  *(strangers.end() - 2) = "--seed";
  *(strangers.end() - 1) = "2";
  *(std::find(strangers.begin(), strangers.end(), "-o") + 1) = folder.path() + "/third";
  REQUIRE(run(strangers, output) == 0);
  const auto loss = [](const std::string& path) {
    const std::string text = contents_of(path);
    const std::string line = text.substr(text.find('\n') + 1);
    return std::stod(line.substr(line.find(',', line.find(',') + 1) + 1));
  };
  CHECK(loss(folder.path() + "/second/log.csv") < loss(folder.path() + "/third/log.csv"));
}

TEST_CASE("what is trained is converted without being told what it is, and describes the same") {
  const test::TrainingFolder folder;
  const std::string places = write_places(folder), output = folder.path() + "/output";
  const std::string best = folder.path() + "/run/best.pt", model = folder.path() + "/best.vpr";
  const std::string image = places + "/p7/1.png";
  // As a recipe; the command line wins.
  const tools::Json recipe = {
      {"network", "floppynet"}, {"data", {places}}, {"hold-out", 0.25},   {"batch", 4},
      {"threads", 1},           {"steps", 1000},    {"semi-hard", false}, {"credit", "nobody at all"}};
  REQUIRE(tools::write_json(folder.path() + "/recipe.json", recipe).ok());
  const int trained =
      run({"--config", folder.path() + "/recipe.json", "--steps", "6", "-o", folder.path() + "/run"}, output);
  INFO(contents_of(output));
  REQUIRE(trained == 0);
  CHECK(test::Process(BITPLACE_VPRCONV, {"convert", best, "-o", model}, output).wait() == 0);
  CHECK_THAT(contents_of(output), Contains("trained as floppynet"));
  CHECK(test::Process(BITPLACE_VPRCONV, {"inspect", model}, output).wait() == 0);
  CHECK_THAT(contents_of(output), Contains("nobody at all"));
  CHECK_THAT(contents_of(output), Contains("0.001"));  // Keras's epsilon

  const std::string ours = folder.path() + "/ours.npy", torch = folder.path() + "/torch.npy";
  CHECK(test::Process(BITPLACE_VPRPLACE, {"describe", model, image, "-o", ours}, output).wait() == 0);
  CHECK(run({"describe", best, image, "-o", torch}, output) == 0);
  const std::vector<float> a = values_of(ours), b = values_of(torch);
  REQUIRE(a.size() == 9216);
  REQUIRE(a.size() == b.size());
  double product = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    product += double{a[i]} * double{b[i]};
  CHECK(product > 0.9999);
}
