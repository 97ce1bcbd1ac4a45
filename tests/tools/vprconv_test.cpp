// vprconv as people and scripts run it: exit codes, error lines, files.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "vprconv_program.h"

using namespace bitplace::test;

namespace {

constexpr const char* kRandomFloppynet = "convert --random 7 --network floppynet ";

}  // namespace

TEST_CASE("help and version succeed, a wrong command line is exit code 2 and says why") {
  const Folder folder;
  CHECK(vprconv(folder, "--help").exit_code == 0);
  CHECK(vprconv(folder, "convert --help").exit_code == 0);
  CHECK(vprconv(folder, "--version").output.starts_with("vprconv "));
  for (const char* arguments :
       {"", "convert", "convert net.tflite", "convert -o m.vpr",
        "convert net.tflite -o m.vpr --no-such-option", "convert net.tflite -o m.vpr --descriptor f16",
        "convert net.tflite -o m.vpr --network nonesuch", "convert net.tflite -o m.vpr --calibrate images",
        "convert net.tflite -o m.vpr --random 1", "convert --random 1 -o m.vpr",
        "convert net.tflite -o m.vpr --bn-eps -1", "explain", "inspect"}) {
    INFO(arguments);
    const Outcome outcome = vprconv(folder, arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.errors.starts_with("error: "));
    CHECK(outcome.output.empty());
  }
}

TEST_CASE("a file that is no checkpoint fails with its name and leaves nothing behind") {
  const Folder folder;
  const std::string checkpoint = folder / "net.tflite", model = folder / "m.vpr";
  for (const std::string& content :
       {std::string(), std::string("hello"), "\x1c\0\0\0TFL3" + std::string(100, 'x')}) {
    std::ofstream(checkpoint, std::ios::binary) << content;
    const Outcome outcome = vprconv(folder, "convert '" + checkpoint + "' -o '" + model + "'");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.errors.starts_with("error: " + checkpoint + ": "));
    CHECK_FALSE(fs::exists(model));
    CHECK(vprconv(folder, "inspect '" + checkpoint + "'").exit_code == 1);
  }
  CHECK(vprconv(folder, "inspect '" + (folder / "absent") + "'").exit_code == 1);
}

TEST_CASE("every resize rule can be chosen and is reported") {
  const Folder folder;
  const std::string model = folder / "m.vpr", json = folder / "facts.json";
  for (const char* rule :
       {"nearest", "bilinear-opencv", "bilinear-pillow", "bicubic-pillow", "bilinear-tensor",
        "bicubic-tensor", "bilinear-tensor-antialias", "bicubic-tensor-antialias"}) {
    const Outcome converted = vprconv(folder, std::string(kRandomFloppynet) + "--preprocess " + rule +
                                                  " -o '" + model + "' --json '" + json + "'");
    INFO(converted.errors);
    REQUIRE(converted.exit_code == 0);
    CHECK(nlohmann::json::parse(text_of(json))["preprocessing"]["resize"] == rule);
    CHECK(converted.output.find(std::string("resized by ") + rule) != std::string::npos);
    REQUIRE(vprconv(folder, "inspect '" + model + "' --json '" + json + "'").exit_code == 0);
    CHECK(nlohmann::json::parse(text_of(json))["preprocessing"]["resize"] == rule);
  }
  REQUIRE(vprconv(folder, "explain '" + model + "' --json '" + json + "'").exit_code == 0);
  const auto explained = nlohmann::json::parse(text_of(json));
  CHECK(explained["preprocessing"]["kernel"].get<std::string>().find("resample__") == 0);
  const Outcome refused =
      vprconv(folder, std::string(kRandomFloppynet) + "--preprocess lanczos -o '" + model + "'");
  CHECK(refused.exit_code == 2);
}

TEST_CASE("a random FloppyNet is small, labelled, reproducible, and can be inspected and explained") {
  const Folder folder;
  const std::string model = folder / "m.vpr", again = folder / "again.vpr", json = folder / "facts.json";
  const Outcome converted =
      vprconv(folder, std::string(kRandomFloppynet) + ("-o '" + model + "' --json '" + json + "'"));
  INFO(converted.errors);
  REQUIRE(converted.exit_code == 0);
  CHECK(converted.output.find("never trained") != std::string::npos);
  CHECK(fs::file_size(model) <= 160 * 1024);
  const auto facts = nlohmann::json::parse(text_of(json));
  CHECK(facts["network"] == "floppynet");
  CHECK(facts["metadata"]["weights"] == "random, seed 7, never trained");
  CHECK(facts["metadata"]["batch_norm_epsilon"] == "1e-05");
  CHECK(facts["bytes"] == fs::file_size(model));

  REQUIRE(vprconv(folder, std::string(kRandomFloppynet) + ("-o '" + again + "'")).exit_code == 0);
  CHECK(text_of(model) == text_of(again));

  REQUIRE(vprconv(folder, "inspect '" + model + "' --json '" + json + "'").exit_code == 0);
  const auto inspected = nlohmann::json::parse(text_of(json));
  CHECK(inspected["identity"] == facts["identity"]);
  CHECK(inspected["byte_identical"] == true);
  CHECK(inspected["layers"].size() == 5);
  CHECK(inspected["cost"]["weights"]["b1"]["count"] == 1239072);
  // 363 bits of each filter of the first layer fill 46 bytes.
  CHECK(inspected["cost"]["weights"]["b1"]["bytes"] == 1239072 / 8 + 96 * 5 / 8);
  CHECK(inspected["cost"]["multiply_accumulates"]["b1 x b1"] == 500269056);

  REQUIRE(vprconv(folder, "explain '" + model + "' --json '" + json + "'").exit_code == 0);
  const auto explained = nlohmann::json::parse(text_of(json));
  double share = explained["preprocessing_ms"].get<double>();
  for (const auto& step : explained["steps"])
    share += step["latency_ms"].get<double>();
  CHECK(share > 0.0);
  CHECK(explained["preprocessing"]["kernel"].get<std::string>().find("resize__") == 0);
  CHECK(vprconv(folder, "explain '" + model + "' --isa nonesuch").exit_code == 1);
}

TEST_CASE("a model is explained for a GPU that is not here, and refused for one that must be") {
  const Folder folder;
  const std::string model = folder / "m.vpr", json = folder / "facts.json";
  REQUIRE(vprconv(folder, std::string(kRandomFloppynet) + ("-o '" + model + "'")).exit_code == 0);
  const Outcome text = vprconv(folder, "explain '" + model + "' --device cuda:sm_87 --json '" + json + "'");
  INFO(text.errors);
  REQUIRE(text.exit_code == 0);
  CHECK(text.output.find("floppynet on sm_87") == 0);
  CHECK(text.output.find("BMMA.168256.XOR.POPC") != std::string::npos);
  CHECK(text.output.find("not measured") != std::string::npos);
  const auto explained = nlohmann::json::parse(text_of(json));
  CHECK(explained["device"] == "sm_87");
  CHECK(explained["packed_bytes"] > 0);
  CHECK(!explained.contains("preprocessing_ms"));
  for (const auto& step : explained["steps"])
    CHECK(step["isa"] == "sm_87");
  const Outcome absent = vprconv(folder, "explain '" + model + "' --device cuda:4711");
  CHECK(absent.exit_code == 1);
  CHECK(absent.errors.find("cuda") != std::string::npos);
  CHECK(vprconv(folder, "explain '" + model + "' --device cuda:sm_1").exit_code == 1);
}

TEST_CASE("each pass is written when asked for") {
  const Folder folder;
  const std::string dumps = folder / "passes";
  REQUIRE(vprconv(folder, std::string(kRandomFloppynet) +
                              ("-o '" + (folder / "m.vpr") + "' --dump-passes '" + dumps + "'"))
              .exit_code == 0);
  CHECK(std::distance(fs::directory_iterator(dumps), fs::directory_iterator()) == 7);
  CHECK(text_of(dumps + "/0_float.txt").starts_with("input %0:f32[1x227x227x3]\n"));
  CHECK(text_of(dumps + "/5_fuse_convolution.txt").find("epilogue=threshold") != std::string::npos);
}

TEST_CASE("verification compares integers, calibration reads folders and lists") {
  const Folder folder;
  fs::create_directories(folder / "images");
  for (int i = 0; i < 3; ++i)
    write_picture((folder / "images") + "/" + std::to_string(i) + ".ppm", i);
  std::ofstream(folder / "pool.csv") << "id,path\n0,images/0.ppm\n1,images/2.ppm\n";
  const std::string common =
      std::string(kRandomFloppynet) + ("-o '" + (folder / "m.vpr") + "' --json '" + (folder / "j") + "' ");

  REQUIRE(vprconv(folder, common + "--verify '" + (folder / "images") + "'").exit_code == 0);
  const auto verified = nlohmann::json::parse(text_of(folder / "j"))["verify"];
  CHECK(verified["images"] == 3);
  CHECK(verified["integers"] == 3 * 9216);
  CHECK(verified["integers_differing"] == 0);
  CHECK(verified["lowest_cosine"].get<double>() > 0.999999);

  REQUIRE(vprconv(folder, common + "--descriptor s8 --calibrate '" + (folder / "images") + "'").exit_code ==
          0);
  const auto s8 = nlohmann::json::parse(text_of(folder / "j"))["descriptor"];
  CHECK(s8["bytes"] == 9216);
  CHECK(s8["scale"].get<double>() > 127.0 / 2304);

  const Outcome bits =
      vprconv(folder, common + "--descriptor bits --calibrate '" + (folder / "pool.csv") + "'");
  REQUIRE(bits.exit_code == 0);
  CHECK(bits.output.find("2 images of pool.csv") != std::string::npos);
  CHECK(nlohmann::json::parse(text_of(folder / "j"))["descriptor"]["bytes"] == 1152);
}

TEST_CASE("images that cannot be read fail by name and leave no model") {
  const Folder folder;
  fs::create_directories(folder / "images");
  std::ofstream(folder / "images/bad.png") << "not a picture";
  const std::string model = folder / "m.vpr";
  for (const char* use : {"--verify", "--descriptor bits --calibrate"}) {
    const Outcome outcome = vprconv(folder, std::string(kRandomFloppynet) + ("-o '" + model + "' ") + use +
                                                " '" + (folder / "images") + "'");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.errors.find("bad.png") != std::string::npos);
    CHECK_FALSE(fs::exists(model));
  }
}
