// What a real-valued network is converted with: options, files and folders that cannot be meant.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "saved_network.h"
#include "vprconv_program.h"

using namespace bitplace::test;

namespace {

const std::string kRandom = "convert --random 7 --network squeezenet1_1 --input-size 64 ";

// Fails with this exit code and these words, and leaves no more than there was.
void check_refused(const Folder& folder, const std::string& arguments, int exit_code,
                   const std::string& words) {
  const Outcome first = vprconv(folder, "--version");  // stdout and stderr are there
  REQUIRE(first.exit_code == 0);
  const std::ptrdiff_t before = folder.entries();
  const Outcome outcome = vprconv(folder, arguments);
  CAPTURE(arguments, words, outcome.errors);
  CHECK(outcome.exit_code == exit_code);
  CHECK(outcome.errors.find("error: ") != std::string::npos);
  CHECK(outcome.errors.find(words) != std::string::npos);
  CHECK(folder.entries() == before);
}

}  // namespace

TEST_CASE("options that do not go together are a wrong command line") {
  const Folder folder;
  const std::string images = write_pictures(folder, 3);
  const std::string convert = kRandom + "-o '" + (folder / "m.vpr") + "' ";
  for (const char* precision : {"int8", "w4a8", "w4a4"})
    check_refused(folder, convert + "--precision " + precision, 2, "needs images to look at");
  check_refused(folder, convert + "--descriptor-size 4", 2, "needs images to look at");
  check_refused(folder, convert + "--calibrate '" + images + "'", 2, "nothing to calibrate");
  check_refused(folder, convert + "--precision fp16 --calibrate '" + images + "'", 2, "nothing to calibrate");
  for (const char* tuning : {"--calibration kl", "--no-equalization", "--no-bias-correction",
                             "--unsigned-codes always", "--no-weight-rounding"})
    check_refused(folder, convert + tuning, 2, "are for integer layers");
  check_refused(folder, convert + "--whiten", 2, "needs --descriptor-size");
  for (const char* size :
       {"0", "0x0", "64x0", "-5", "64x", "x64", "64x64x64", "axb", "64.5", "' 64'", "0x40", "99999999999"}) {
    check_refused(folder,
                  "convert --random 7 --network squeezenet1_1 -o m.vpr --input-size " + std::string(size), 2,
                  "is no WIDTHxHEIGHT");
  }
}

TEST_CASE("what the network cannot have is an error") {
  const Folder folder;
  const std::string images = write_pictures(folder, 3);
  const std::string convert = kRandom + "-o '" + (folder / "m.vpr") + "' ";
  const std::string any_size =
      "convert --random 7 --network squeezenet1_1 -o '" + (folder / "m.vpr") + "' --input-size ";
  check_refused(folder, any_size + "31", 1, "31 is not between 32 and 4096");
  check_refused(folder, any_size + "4097x64", 1, "4097 is not between 32 and 4096");
  check_refused(folder,
                "convert --random 7 --network mobilenet_v2 --input-size 4096 -o '" + (folder / "m.vpr") + "'",
                1, "shape is too large");
  check_refused(folder, convert + "--cut conv4", 1, "--cut conv4: squeezenet1_1 has features");
  check_refused(folder, convert + "--gem-p 3", 1, "--gem-p: head flatten has no exponent");
  check_refused(folder, convert + "--head spoc --grid 2", 1, "--grid: head spoc has no grid");
  const std::string calibrated = convert + "--head spoc --calibrate '" + images + "' --descriptor-size ";
  check_refused(folder, calibrated + "513", 1, "there are 512 features");
  check_refused(folder, calibrated + "3", 1, "3 images span at most 2 dimensions");
  check_refused(folder, convert + "--descriptor s8", 1, "needs images to look at");
}

TEST_CASE("a head that the checkpoint does not have is an error") {
  const Folder folder;
  const std::string checkpoint = folder / "net.safetensors";
  SavedNetwork("squeezenet1_1").write(checkpoint);
  const std::string convert = "convert '" + checkpoint + "' -o '" + (folder / "m.vpr") + "' ";
  check_refused(folder, convert + "--head netvlad", 1,
                "error: " + checkpoint + ": --head netvlad: the checkpoint has no parameters of such a head");
  check_refused(folder, convert + "--network resnet18", 1, checkpoint + ": parameters: missing bn1.bias");
}

TEST_CASE("images that are not there fail before anything is done, broken ones by name") {
  const Folder folder;
  fs::create_directories(folder / "empty");
  const std::string broken = write_pictures(folder, 3);
  std::ofstream(broken + "/1.png") << "no picture";
  const std::string convert = kRandom + "-o '" + (folder / "m.vpr") + "' ";
  for (const char* use : {"--precision int8 --calibrate", "--descriptor s8 --calibrate",
                          "--descriptor-size 2 --calibrate", "--verify"}) {
    check_refused(folder, convert + use + " '" + (folder / "empty") + "'", 1,
                  "error: " + (folder / "empty") + ": images: there are none");
    check_refused(folder, convert + use + " '" + (folder / "absent") + "'", 1,
                  "error: " + (folder / "absent") + ": open: No such file or directory");
    check_refused(folder, convert + use + " '" + broken + "'", 1, broken + "/1.png: image: not a JPEG");
  }
}

TEST_CASE("an output that cannot be written fails before anything is done") {
  const Folder folder;
  fs::create_directories(folder / "inner");
  const std::string absent = folder / "absent";
  const auto convert = [&](const std::string& output) { return kRandom + "-o '" + output + "'"; };
  check_refused(folder, convert(absent + "/m.vpr"), 1,
                "error: " + absent + "/m.vpr: write: folder " + absent + ": No such file or directory");
  check_refused(folder, convert(folder / "inner"), 1, "inner: write: is a folder");
  check_refused(folder, convert("/dev/null"), 1, "/dev/null: write: is not a regular file");
  check_refused(folder, convert(""), 1, "write: is no name of a file");
  check_refused(folder, convert(folder / "m.vpr") + " --json '" + absent + "/j'", 1, absent + "/j: write: ");
}

TEST_CASE("a precision that is neither a name nor a fitting file is an error") {
  const Folder folder;
  const std::string file = folder / "p.json";
  const std::string convert = kRandom + "-o '" + (folder / "m.vpr") + "' --precision ";
  check_refused(folder, convert + "int7", 1,
                "--precision int7: is none of fp32, fp32-ordered, fp16, int8, w4a8, w4a4");
  check_refused(folder, convert + "''", 1, "is none of fp32");
  const std::vector<std::pair<std::string, std::string>> contents = {
      {"", "precisions: is no valid JSON"},
      {"{\"default\": \"int8\"", "precisions: is no valid JSON"},
      {"[]", "precisions: is no JSON object"},
      {R"({"defualt": "int8"})", "'defualt': is none of 'default', 'layers' and"},
      {R"({"default": "int9"})", "default: 'int9' is none of fp32"},
      {R"({"layers": {"features.0": 8}})", "layers: 'features.0': is no name of a precision"},
      {R"({"layers": {"conv1": "int8"}})", "layers: 'conv1': is no layer with weights of this network"},
      {R"({"layers": {"features.0": "fp16", "features.0": "int8"}})", "'features.0': is there twice"},
      {R"({"layers": {"features.0": "int8"}})", "needs images to look at"},
  };
  for (const auto& [text, words] : contents) {
    std::ofstream(file) << text;
    check_refused(folder, convert + "'" + file + "'", 1, words);
  }
}

TEST_CASE("a mix of precisions is written, inspected and explained") {
  const Folder folder;
  const std::string images = write_pictures(folder, 3), model = folder / "m.vpr", json = folder / "j";
  std::ofstream(folder / "p.json") << R"({"default": "int8", "layers": {"features.0": "fp16"}})";
  const Outcome converted =
      vprconv(folder, kRandom + "--head gem -o '" + model + "' --precision '" + (folder / "p.json") +
                          "' --calibrate '" + images + "' --json '" + json + "'");
  INFO(converted.errors);
  REQUIRE(converted.exit_code == 0);
  CHECK(converted.errors.find('\r') == std::string::npos);  // no bars but on a terminal
  const auto facts = nlohmann::json::parse(text_of(json));
  CHECK(facts["network"] == "squeezenet1_1");
  CHECK(facts["head"] == "gem");
  CHECK(facts["quantization"]["layers"].size() > 20);
  CHECK(facts["preprocessing"]["input_type"] == "f16");
  CHECK(facts["metadata"]["quantization"] == facts["quantization"]["taken"]);

  const Outcome inspected = vprconv(folder, "inspect '" + model + "' --json '" + json + "'");
  REQUIRE(inspected.exit_code == 0);
  CHECK(inspected.output.find("normalised by mean 0.485000, 0.456000, 0.406000") != std::string::npos);
  CHECK(inspected.output.find("convolution f16 x f16 3x3/2") != std::string::npos);
  CHECK(inspected.output.find("convolution s8 x s8 1x1/1") != std::string::npos);
  CHECK(nlohmann::json::parse(text_of(json))["byte_identical"] == false);

  REQUIRE(vprconv(folder, "explain '" + model + "' --json '" + json + "'").exit_code == 0);
  CHECK(nlohmann::json::parse(text_of(json))["steps"].size() > 20);
}
