// Runs the built programs as a shell would.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "common/image_encoding.h"
#include "common/json_file.h"
#include "core/file.h"
#include "format/model_file.h"
#include "support/tiny_model.h"

namespace {

namespace fs = std::filesystem;
using bitplace::tools::Json;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A folder of its own that is gone afterwards.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("bitplace_tools_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(const Scratch& scratch, const std::string& program, const std::string& arguments) {
  const std::string command = std::string(BITPLACE_BINARIES) + "/" + program + " " + arguments + " >" +
                              (scratch / "out") + " 2>" + (scratch / "err");
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return {code, text_of(scratch / "out"), text_of(scratch / "err")};
}

// A PPM picture of a pattern that depends on `seed`.
void write_picture(const std::string& path, unsigned seed) {
  std::ofstream file(path, std::ios::binary);
  file << "P6\n40 30\n255\n";
  for (unsigned i = 0; i < 40 * 30 * 3; ++i)
    file.put(static_cast<char>((i / 3 % 40 * (seed + 3) + i / 120 * seed * 7 + i % 3 * 50) & 255u));
}

// A JPEG picture whose EXIF data asks for a quarter turn.
void write_rotated_picture(const std::string& path) {
  const std::vector<std::uint8_t> pixels(16 * 16 * 3, 100);
  auto jpeg = bitplace::tools::encode_jpeg({pixels.data(), 16, 16, 16 * 3, bitplace::PixelFormat::rgb8}, 90);
  REQUIRE(jpeg.ok());
  // APP1: little-endian TIFF, one entry: tag 0x112 (orientation), one u16, 6.
  const std::string exif(
      "\xff\xe1\0\x22"
      "Exif\0\0II*\0\x08\0\0\0"
      "\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
      36);
  const auto bytes = std::as_bytes(std::span(exif));
  jpeg->insert(jpeg->begin() + 2, bytes.begin(), bytes.end());
  REQUIRE(bitplace::write_file(path, *jpeg).ok());
}

// A model that differs from kModel in one channel's direction.
void write_other_model(const std::string& path) {
  bitplace::ModelContents contents = bitplace::test::tiny_model();
  for (bitplace::Tensor& tensor : contents.graph.tensors) {
    if (tensor.name == "conv1.flip") tensor.data[0] ^= std::byte{1};
  }
  const auto bytes = bitplace::encode_model(contents);
  REQUIRE(bytes.ok());
  REQUIRE(bitplace::write_file(path, *bytes).ok());
}

// Four places, each seen twice in exactly the same way.
void write_places(const Scratch& scratch) {
  fs::create_directories(scratch / "ref");
  fs::create_directories(scratch / "query");
  for (unsigned i = 0; i < 4; ++i) {
    const std::string name = "/" + std::to_string(i) + ".ppm";
    write_picture(scratch / ("ref" + name), i);
    write_picture(scratch / ("query" + name), i);
  }
  std::ofstream(scratch / "gt.csv") << "query_index,ref_indices\n0,0\n1,1\n2,2\n3,\n";
}

const std::string kModel = BITPLACE_TINY_MODEL;

std::string place_arguments(const Scratch& scratch) {
  return " --ref " + (scratch / "ref") + " --query " + (scratch / "query") + " --gt " + (scratch / "gt.csv");
}

std::string eval_arguments(const Scratch& scratch) {
  return "eval " + kModel + place_arguments(scratch);
}

}  // namespace

TEST_CASE("the programs print their help and version and exit with 0") {
  const Scratch scratch;
  CHECK(run(scratch, "vprplace", "--version").out == "vprplace 0.1.0\n");
  for (const char* arguments : {"--help", "describe --help", "eval --help", "compare --help", "map --help",
                                "query --help", "bench --help", "plan --help"}) {
    const Outcome outcome = run(scratch, "vprplace", arguments);
    CHECK(outcome.code == 0);
    CHECK(outcome.out.find("Usage:") != std::string::npos);
    CHECK(outcome.err.empty());
  }
}

TEST_CASE("a wrong command line is told on stderr and exits with 2") {
  const Scratch scratch;
  for (const char* arguments :
       {"", "nonsense", "describe", "bench m.vpr --threads 0", "bench m.vpr --what", "query m.vpr p i -n 0",
        "compare m.vpr --ref a --query b --gt c", "compare m.vpr n.vpr --ref a --query b",
        "compare m.vpr n.vpr --ref a --query b --gt c --resamples 1", "plan m.vpr", "plan m.vpr --places 0",
        "plan m.vpr --latency-ms 5 --recall-table CMakeLists.txt"}) {
    INFO(arguments);
    const Outcome outcome = run(scratch, "vprplace", arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.rfind("error: vprplace: command line: ", 0) == 0);
  }
}

TEST_CASE("describe writes an array, or nothing when one picture cannot be read") {
  const Scratch scratch;
  write_places(scratch);
  const std::string pictures = (scratch / "ref/0.ppm") + " " + (scratch / "ref/1.ppm");
  REQUIRE(
      run(scratch, "vprplace", "describe " + kModel + " " + pictures + " -o " + (scratch / "d.npy")).code ==
      0);
  const std::string array = text_of(scratch / "d.npy");
  CHECK(array.rfind("\x93NUMPY", 0) == 0);
  const std::size_t shape = array.find("'shape': (2, ");
  REQUIRE(shape != std::string::npos);
  const std::size_t columns = std::stoul(array.substr(shape + 13));
  CHECK(array.size() == 128 + 2 * columns * sizeof(float));

  const Outcome failed =
      run(scratch, "vprplace",
          "describe " + kModel + " " + pictures + " /nonexistent.png -o " + (scratch / "x.npy"));
  CHECK(failed.code == 1);
  CHECK(failed.err.find("error: /nonexistent.png: ") != std::string::npos);
  CHECK_FALSE(fs::exists(scratch / "x.npy"));
}

TEST_CASE("eval finds identical pictures and writes all keys and a page") {
  const Scratch scratch;
  write_places(scratch);
  const Outcome outcome =
      run(scratch, "vprplace",
          eval_arguments(scratch) + " --json " + (scratch / "e.json") + " --report " + (scratch / "e.html"));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json json = Json::parse(text_of(scratch / "e.json"));
  CHECK(json["queries"] == 4);
  CHECK(json["queries_without_reference"] == 1);
  CHECK(json["references"] == 4);
  for (const char* depth : {"1", "5", "10", "20"}) {
    CHECK(json["recall"][depth] == 0.75);
    CHECK(json["recall_of_matchable"][depth] == 1.0);
  }
  CHECK(json["s_p100"] == 1.0);
  CHECK(json["recall_at_100_precision"].is_number());
  CHECK(json["auc_pr"].is_number());
  CHECK(json["descriptor"]["dimension"].get<int>() > 0);
  CHECK(json["descriptor"]["type"].is_string());
  CHECK(json["descriptor"]["bytes"].get<int>() > 0);
  CHECK(json["latency_ms"]["describe_p50"].get<double>() > 0.0);
  CHECK(json["latency_ms"]["match_p50"].get<double>() > 0.0);
  CHECK(json["queries_timed_alone"] == 4);
  const std::string page = text_of(scratch / "e.html");
  CHECK(page.find("data:image/jpeg;base64,/9j/") != std::string::npos);
  CHECK(page.find("src=\"http") == std::string::npos);
  CHECK(page.rfind("</html>\n") == page.size() - 8);
}

TEST_CASE("eval refuses a wrong ground truth with its line and writes nothing") {
  const Scratch scratch;
  write_places(scratch);
  std::ofstream(scratch / "gt.csv") << "query_index,ref_indices\n0,0\n1,9\n";
  const Outcome outcome =
      run(scratch, "vprplace",
          eval_arguments(scratch) + " --json " + (scratch / "e.json") + " --report " + (scratch / "e.html"));
  CHECK(outcome.code == 1);
  CHECK(outcome.err ==
        "error: " + (scratch / "gt.csv") + ": line 3: reference '9' is not a whole number from 0 to 3\n");
  CHECK_FALSE(fs::exists(scratch / "e.json"));
  CHECK_FALSE(fs::exists(scratch / "e.html"));
}

TEST_CASE("compare finds a model equal to itself and another one unlike it") {
  const Scratch scratch;
  write_places(scratch);
  const std::string other = scratch / "other.vpr";
  write_other_model(other);
  const Outcome outcome = run(scratch, "vprplace",
                              "compare " + kModel + " " + kModel + " " + other + place_arguments(scratch) +
                                  " --json " + (scratch / "c.json"));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("4 queries (1 without an accepted reference), 4 references") == 0);
  CHECK(outcome.err.find("model 3 of 3, describing references: 4 in ") != std::string::npos);
  const Json json = Json::parse(text_of(scratch / "c.json"));
  CHECK(json["resamples"] == 10000);
  REQUIRE(json["models"].size() == 3);
  for (const Json& model : json["models"]) {
    CHECK(model["recall"]["1"] == 0.75);
    CHECK(model["latency_ms"]["describe_p50"].get<double>() > 0.0);
  }
  CHECK_FALSE(json["models"][0].contains("against_base"));
  CHECK_FALSE(json["models"][0].contains("mean_cosine_to_base"));
  CHECK(json["models"][1]["mean_cosine_to_base"].get<double>() == Approx(1.0).margin(1e-12));
  CHECK(json["models"][2]["mean_cosine_to_base"].get<double>() < 0.9999);
  CHECK(json["models"][2]["model"]["file"] == other);
  for (std::size_t m = 1; m < 3; ++m) {
    const Json& against = json["models"][m]["against_base"];
    for (const char* zero : {"recall_at_1_difference", "lower_95", "upper_95", "queries_won", "queries_lost"})
      CHECK(against[zero] == 0.0);
    CHECK(against["mcnemar_p"] == 1.0);
  }
}

TEST_CASE("compare reads every model before it describes a picture, and writes nothing without one") {
  const Scratch scratch;
  write_places(scratch);
  const Outcome outcome = run(scratch, "vprplace",
                              "compare " + kModel + " " + kModel + " /nonexistent.vpr" +
                                  place_arguments(scratch) + " --json " + (scratch / "c.json"));
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.rfind("error: /nonexistent.vpr: ", 0) == 0);
  CHECK_FALSE(fs::exists(scratch / "c.json"));
}

TEST_CASE("a map finds the picture that it was made of") {
  const Scratch scratch;
  write_places(scratch);
  const std::string map = scratch / "p.vprmap";
  REQUIRE(run(scratch, "vprplace", "map " + kModel + " " + (scratch / "ref") + " -o " + map).code == 0);
  const Outcome outcome = run(scratch, "vprplace",
                              "query " + kModel + " " + map + " " + (scratch / "query/2.ppm") +
                                  " -n 2 --json " + (scratch / "q.json"));
  REQUIRE(outcome.code == 0);
  const Json json = Json::parse(text_of(scratch / "q.json"));
  REQUIRE(json["queries"][0]["matches"].size() == 2);
  CHECK(json["queries"][0]["matches"][0]["place"] == 2);
}

TEST_CASE("a map that another model made is refused by name, and nothing is written") {
  const Scratch scratch;
  write_places(scratch);
  const std::string other = scratch / "other.vpr";
  const std::string map = scratch / "p.vprmap";
  write_other_model(other);
  REQUIRE(run(scratch, "vprplace", "map " + other + " " + (scratch / "ref") + " -o " + map).code == 0);
  const std::string arguments =
      " " + map + " " + (scratch / "query/2.ppm") + " --json " + (scratch / "q.json");
  const Outcome refused = run(scratch, "vprplace", "query " + kModel + arguments);
  CHECK(refused.code == 1);
  CHECK(refused.out.empty());
  CHECK(refused.err.rfind("error: " + map + ": model: the map was made by model ", 0) == 0);
  CHECK(refused.err.find(", " + kModel + " is d8f7980aa9ed5734b97dfbfad95e5718\n") != std::string::npos);
  CHECK_FALSE(fs::exists(scratch / "q.json"));
  CHECK(run(scratch, "vprplace", "query " + other + arguments).code == 0);
}

TEST_CASE("pictures that ask for a turn give one warning, whatever their number") {
  const Scratch scratch;
  const std::string first = scratch / "a.jpg";
  const std::string second = scratch / "b.jpg";
  write_rotated_picture(first);
  write_rotated_picture(second);
  write_picture(scratch / "upright.ppm", 1);
  const std::string output = " -o " + (scratch / "d.npy");
  const auto warnings = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("warning: ", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  const Outcome upright =
      run(scratch, "vprplace", "describe " + kModel + " " + (scratch / "upright.ppm") + output);
  REQUIRE(upright.code == 0);
  CHECK(warnings(upright.err) == 0);
  const Outcome turned = run(scratch, "vprplace", "describe " + kModel + " " + first + " " + second + output);
  INFO(turned.err);
  REQUIRE(turned.code == 0);
  CHECK(warnings(turned.err) == 1);
  CHECK(turned.err.rfind("warning: " + first + ": EXIF orientation 6 is ignored", 0) == 0);
}

TEST_CASE("bench reports every figure and counts no allocation in a frame") {
  const Scratch scratch;
  const Outcome outcome = run(scratch, "vprplace",
                              "bench " + kModel + " --isa ref --seconds 0.02 --json " + (scratch / "b.json"));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json json = Json::parse(text_of(scratch / "b.json"));
  CHECK(json["isa"] == "ref");
  CHECK(json["threads"] == 1);
  for (const char* loop : {"latency_ms", "latency_640x480_ms"}) {
    CHECK(json[loop]["min"].get<double>() > 0.0);
    CHECK(json[loop]["min"] <= json[loop]["p50"]);
    CHECK(json[loop]["p50"] <= json[loop]["p90"]);
    CHECK(json[loop]["p90"] <= json[loop]["p99"]);
  }
  CHECK(json["open_ms"].get<double>() > 0.0);
  CHECK(json["plan_ms"].get<double>() > 0.0);
  for (const char* part : {"model", "plan", "arena", "peak_rss"})
    CHECK(json["memory_bytes"][part].get<std::int64_t>() > 0);
  const Json& allocations = json["allocations_per_frame"];
  CHECK((allocations.is_null() || allocations == 0.0));
}

TEST_CASE("plan says for each type what the limits allow, and what that makes of the model") {
  const Scratch scratch;
  const std::string plan = "plan " + kModel + " --isa ref --search-mb 1 --json " + (scratch / "p.json");
  const Outcome outcome = run(scratch, "vprplace", plan + " --latency-ms 100000 --places 1000 --memory-mb 2");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out.find("this model's 36 dimensions of f32: fits, ") != std::string::npos);
  CHECK(outcome.out.find("advice: keep the model as it is") != std::string::npos);
  const Json json = Json::parse(text_of(scratch / "p.json"));
  CHECK(json["isa"] == "ref");
  CHECK(json["describe_ms"]["min"].get<double>() > 0.0);
  CHECK(json["describe_ms"]["min"] <= json["describe_ms"]["p50"]);
  CHECK(json["this_model"]["fits"] == true);
  CHECK(json["this_model"]["map_bytes"] == 1000.0 * (36 * 4 + 8));
  // 2 MiB for 1000 places are 2097 bytes each, less an id of 8 and for s8 a norm of 4.
  CHECK(json["largest_dimension"]["f32"]["by_memory"] == 522);
  CHECK(json["largest_dimension"]["s8"]["by_memory"] == 2085);
  CHECK(json["largest_dimension"]["bits"]["by_memory"] == 16712);
  for (const char* type : {"f32", "s8", "bits"}) {
    CHECK(json["largest_dimension"][type]["limit"] == "memory");
    CHECK(json["search"][type]["measured"].size() == (type == std::string("f32") ? 8 : 6));
  }
}

TEST_CASE("plan finds the most places where their number is left open") {
  const Scratch scratch;
  const Outcome outcome = run(
      scratch, "vprplace", "plan " + kModel + " --memory-mb 1 --search-mb 1 --json " + (scratch / "p.json"));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const Json json = Json::parse(text_of(scratch / "p.json"));
  CHECK(json["most_places"]["f32"]["largest"] == (1 << 20) / (36 * 4 + 8));
  CHECK(json["most_places"]["bits"]["largest"] == (1 << 20) / (5 + 8));
  CHECK(json["most_places"]["f32"]["by_latency"].is_null());
}

TEST_CASE("plan refuses limits that no descriptor keeps") {
  const Scratch scratch;
  const std::string plan = "plan " + kModel + " --search-mb 1 ";
  const Outcome late = run(scratch, "vprplace", plan + "--latency-ms 0.000001 --places 10");
  CHECK(late.code == 1);
  CHECK(late.out.empty());
  CHECK(late.err.rfind("error: " + kModel + ": --latency-ms 1e-06: describing one picture alone takes ", 0) ==
        0);
  const Outcome crowded = run(scratch, "vprplace", plan + "--memory-mb 1 --places 1000000");
  CHECK(crowded.code == 1);
  CHECK(crowded.err.find("nothing fits") != std::string::npos);
  CHECK(crowded.out.find("does not fit") != std::string::npos);
}

TEST_CASE("an unknown instruction set is an error that names the choices") {
  const Scratch scratch;
  const Outcome outcome = run(scratch, "vprplace", "bench " + kModel + " --isa nonsense");
  CHECK(outcome.code == 1);
  CHECK(outcome.err.find("ref") != std::string::npos);
}

TEST_CASE("the generated street is the same whenever it is rendered, and is never mixed with other files") {
  const Scratch scratch;
  REQUIRE(run(scratch, "vprworld", "--places 2 -o " + (scratch / "a")).code == 0);
  REQUIRE(run(scratch, "vprworld", "--places 2 -o " + (scratch / "b")).code == 0);
  CHECK(text_of(scratch / "a/gt.csv") == "query_index,ref_indices\n0,0 1\n1,0 1\n");
  const std::string picture = text_of(scratch / "a/query/0001.png");
  CHECK(picture.size() > 10000);
  CHECK(picture == text_of(scratch / "b/query/0001.png"));
  CHECK(picture != text_of(scratch / "a/ref/0001.png"));
  CHECK(run(scratch, "vprworld", "--places 2 -o " + (scratch / "a")).code == 1);
  REQUIRE(run(scratch, "vprworld", "--places 2 --lens fisheye -o " + (scratch / "c")).code == 0);
  CHECK(picture != text_of(scratch / "c/query/0001.png"));
}

TEST_CASE("a generated building is the same whenever it is rendered, and another for another seed or lens") {
  const Scratch scratch;
  const auto rendered = [&](const std::string& name, const std::string& options) {
    REQUIRE(
        run(scratch, "vprworld", "--scene indoor --places 2 " + options + " -o " + (scratch / name)).code ==
        0);
    return text_of(scratch / (name + "/query/0001.png"));
  };
  const std::string picture = rendered("a", "--lens pinhole");
  CHECK(picture.size() > 10000);
  CHECK(picture == rendered("b", "--lens pinhole"));
  CHECK(picture != rendered("c", "--lens fisheye"));
  CHECK(picture != rendered("d", "--lens pinhole --seed 1"));
  CHECK(picture != rendered("e", "--lens pinhole --spacing 2"));
  CHECK(picture != text_of(scratch / "a/ref/0001.png"));
  CHECK(text_of(scratch / "a/gt.csv") == "query_index,ref_indices\n0,0 1\n1,0 1\n");
}

TEST_CASE("walks for training give one folder per place, each walk its own") {
  const Scratch scratch;
  const std::string options = "--scene indoor --places 2 --drives 2 -o ";
  REQUIRE(run(scratch, "vprworld", options + (scratch / "a")).code == 0);
  REQUIRE(run(scratch, "vprworld", options + (scratch / "b")).code == 0);
  const std::string picture = text_of(scratch / "a/0001/0001.png");
  CHECK(picture.size() > 10000);
  CHECK(picture == text_of(scratch / "b/0001/0001.png"));
  CHECK(picture != text_of(scratch / "a/0001/0000.png"));
  CHECK(run(scratch, "vprworld", "--scene cellar -o " + (scratch / "c")).code == 2);
}

TEST_CASE("the model that comes along is small, names its sources, and recognises the demo's street") {
  const Scratch scratch;
  const std::string model = BITPLACE_SHIPPED_MODEL;
  const std::string bytes = text_of(model);
  CHECK(bytes.size() <= 160 * 1024);
  CHECK(bytes.find("NRK, \"Nordlandsbanen: minute by minute, season by season\", CC BY 3.0") !=
        std::string::npos);
  REQUIRE(run(scratch, "vprworld", "--places 30 -o " + (scratch / "street")).code == 0);
  const Outcome outcome = run(scratch, "vprplace",
                              "eval " + model + " --ref " + (scratch / "street/ref") + " --query " +
                                  (scratch / "street/query") + " --gt " + (scratch / "street/gt.csv"));
  REQUIRE(outcome.code == 0);
  const std::size_t line = outcome.out.find("N = 1 ");
  REQUIRE(line != std::string::npos);
  CHECK(std::stod(outcome.out.substr(line + 6)) >= 0.85);
}

TEST_CASE(
    "drives for training give one folder per place, each drive in its own light and the same every time") {
  const Scratch scratch;
  REQUIRE(run(scratch, "vprworld", "--places 2 --drives 2 --spacing 20 -o " + (scratch / "a")).code == 0);
  REQUIRE(run(scratch, "vprworld", "--places 2 --drives 2 --spacing 20 -o " + (scratch / "b")).code == 0);
  const std::string picture = text_of(scratch / "a/0001/0001.png");
  CHECK(picture.size() > 10000);
  CHECK(picture == text_of(scratch / "b/0001/0001.png"));
  CHECK(picture != text_of(scratch / "a/0001/0000.png"));
  CHECK(run(scratch, "vprworld", "--places 2 --drives 2 -o " + (scratch / "a")).code == 1);
  CHECK(run(scratch, "vprworld", "--places 2 --drives 1 -o " + (scratch / "c")).code == 2);
}
