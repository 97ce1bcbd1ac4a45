// vprconv search: what it writes, what it refuses, and that an interrupted search ends as an undisturbed one.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "vprconv_program.h"

using namespace bitplace::test;

namespace {

using Json = nlohmann::json;

// A small model and images to judge by.
class SearchFolder : public Folder {
 public:
  SearchFolder() : images(write_pictures(*this, 4)) {
    for (const char* precision : {"fp32", "fp16"}) {
      const Outcome made =
          vprconv(*this, std::string("convert --random 7 --network squeezenet1_1 --input-size 32 --head spoc "
                                     "--precision ") +
                             precision + " -o '" + (*this / precision) + "'");
      INFO(made.errors);
      REQUIRE(made.exit_code == 0);
    }
  }

  std::string command(const std::string& output, const std::string& more) const {
    return "search '" + (*this / "fp32") + "' --calibrate '" + images + "' -o '" + (*this / output) +
           "' --evaluations 12 --population 4 --sample 3 " + more;
  }
  Outcome search(const std::string& output, const std::string& more) const {
    return vprconv(*this, command(output, more));
  }
  std::string image_folder() const { return images; }

 private:
  std::string images;
};

void check_refused(const SearchFolder& folder, const std::string& arguments, int exit_code,
                   const std::string& words) {
  const Outcome outcome = vprconv(folder, arguments);
  CAPTURE(arguments, words, outcome.errors);
  CHECK(outcome.exit_code == exit_code);
  CHECK(outcome.errors.find(words) != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "best.json"));
}

// What a kill leaves of a state: some of the answers.
void forget_answers(const std::string& path, std::size_t kept) {
  Json state = Json::parse(text_of(path));
  Json& errors = state["errors"];
  REQUIRE(errors.size() > kept);
  while (errors.size() > kept)
    errors.erase(errors.begin());
  std::ofstream(path) << state;
}

}  // namespace

TEST_CASE("a search writes precisions that convert takes, a page and all facts") {
  const SearchFolder folder;
  const std::string best = folder / "best.json", json = folder / "j", page = folder / "page.html";
  const Outcome outcome =
      folder.search("best.json", "--budget-bits 6 --json '" + json + "' --plot '" + page + "'");
  INFO(outcome.errors);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.output.find("mixed") != std::string::npos);
  CHECK(outcome.errors.find('\r') == std::string::npos);
  const Json map = Json::parse(text_of(best)), facts = Json::parse(text_of(json));
  CHECK(map["layers"].size() == 25);
  CHECK(facts["layers"].size() == 25);
  CHECK(facts["budget"]["mean_bits"] == 6.0);
  CHECK(facts["results"].size() == 4);
  CHECK(facts["results"][3]["precision"] == "mixed");
  CHECK(facts["results"][3]["mean_bits"].get<double>() <= 6.0);
  CHECK(text_of(page).find("<svg") != std::string::npos);
  const Outcome bytes = folder.search("bytes.json", "--budget-bytes 500000 --json '" + json + "'");
  INFO(bytes.errors);
  REQUIRE(bytes.exit_code == 0);
  CHECK(Json::parse(text_of(json))["results"][3]["weight_bytes"].get<double>() <= 500000.0);
  CHECK(vprconv(folder,
                "convert --random 7 --network squeezenet1_1 --input-size 32 --head spoc --precision '" +
                    best + "' --calibrate '" + folder.image_folder() + "' -o '" + (folder / "m.vpr") + "'")
            .exit_code == 0);
}

TEST_CASE("an interrupted search ends as an undisturbed one, also within milliseconds") {
  const SearchFolder folder;
  for (const std::string budget : {"--budget-bits 6", "--budget-ms 1000"}) {
    INFO(budget);
    REQUIRE(folder.search("whole.json", budget).exit_code == 0);
    fs::copy_file(folder / "whole.json.state", folder / "again.json.state");
    for (const std::size_t kept : {3u, 30u}) {
      forget_answers(folder / "again.json.state", kept);
      const Outcome again = folder.search("again.json", budget);
      INFO(again.errors);
      REQUIRE(again.exit_code == 0);
      CHECK(text_of(folder / "again.json") == text_of(folder / "whole.json"));
      CHECK(text_of(folder / "again.json.state") == text_of(folder / "whole.json.state"));
    }
    for (const char* file : {"whole.json", "whole.json.state", "again.json", "again.json.state"})
      fs::remove(folder / file);
  }
}

TEST_CASE("a killed search leaves nothing that stops the next one") {
  const SearchFolder folder;
  REQUIRE(folder.search("whole.json", "--budget-bits 6").exit_code == 0);
  for (const char* seconds : {"0.1", "0.4"}) {
    const std::string command = std::string("timeout -s KILL ") + seconds + " '" + BITPLACE_VPRCONV + "' " +
                                folder.command("again.json", "--budget-bits 6") + " > /dev/null 2>&1";
    static_cast<void>(std::system(command.c_str()));
  }
  REQUIRE(folder.search("again.json", "--budget-bits 6").exit_code == 0);
  CHECK(text_of(folder / "again.json") == text_of(folder / "whole.json"));
}

TEST_CASE("the same seed finds the same mixes, and --state none keeps nothing") {
  const SearchFolder folder;
  REQUIRE(folder.search("a.json", "--budget-bits 6 --state none --seed 5").exit_code == 0);
  REQUIRE(folder.search("b.json", "--budget-bits 6 --state none --seed 5").exit_code == 0);
  CHECK(text_of(folder / "a.json") == text_of(folder / "b.json"));
  CHECK_FALSE(fs::exists(folder / "a.json.state"));
}

TEST_CASE("a search refuses what it cannot do, before it works") {
  const SearchFolder folder;
  fs::create_directories(folder / "empty");
  const auto best = [&](const std::string& more) { return folder.command("best.json", more); };
  check_refused(folder, best(""), 2, "--budget-bits, --budget-bytes or --budget-ms");
  for (const char* budget : {"0", "-1", "nan"})
    check_refused(folder, best(std::string("--budget-bits ") + budget), 2, "must be a number above 0");
  check_refused(folder, best("--budget-bits 3.9"), 1, "--budget-bits: cannot be kept");
  check_refused(folder, best("--budget-bytes 100"), 1, "budget: cannot be kept");
  const auto search = [&](const std::string& model, const std::string& images) {
    return "search '" + (folder / model) + "' --calibrate '" + images + "' --budget-bits 6 -o '" +
           (folder / "best.json") + "'";
  };
  check_refused(folder, search("fp16", folder.image_folder()), 1,
                "error: " + (folder / "fp16") + ": value 'image': is f16: only an fp32 model");
  check_refused(folder, search("images/0.ppm", folder.image_folder()), 1, "this is not a .vpr file");
  check_refused(folder, search("fp32", folder / "empty"), 1, "images: there are none");
  check_refused(folder, folder.command("absent/best.json", "--budget-bits 6"), 1,
                "absent: No such file or directory");
  check_refused(folder, best("--budget-bits 6 --plot '" + (folder / "absent") + "/p.html'"), 1,
                "absent: No such file or directory");
}

TEST_CASE("a state of another search, or none at all, is not overwritten") {
  const SearchFolder folder;
  REQUIRE(folder.search("other.json", "--budget-bits 6").exit_code == 0);
  const std::string state = folder / "other.json.state", kept = text_of(state);
  const std::string with_state = "--budget-bits 6 --state '" + state + "' ";
  for (const char* change : {"--images 2", "--int4 w4a4"}) {
    check_refused(folder, folder.command("best.json", with_state + change), 1,
                  "error: " + state + ": search state: belongs to a search of another model");
    CHECK(text_of(state) == kept);
  }
  // The images themselves changed.
  write_picture(folder.image_folder() + "/0.ppm", 9);
  check_refused(folder, folder.command("best.json", with_state), 1, "belongs to a search of another model");
  std::ofstream(state) << "{}";
  check_refused(folder, folder.command("best.json", with_state), 1, "search state: is no state of a search");
  CHECK(text_of(state) == "{}");
}
