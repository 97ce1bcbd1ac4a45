#include <algorithm>
#include <catch2/catch.hpp>

#include "vprtrain/trained_networks.h"

using namespace bitplace;
using test::NetworkFacts;
using test::NetworkRun;

namespace {

using Shapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

std::int64_t total(const NetworkFacts& facts) {
  return facts.parameters + facts.statistics;
}

}  // namespace

// As Keras counts them, running statistics among them.
TEST_CASE("networks of 365 classes have as many parameters as their authors count") {
  const std::pair<const char*, std::int64_t> expected[] = {
      {"floppynet", 3'764'161},  {"shallownet", 57'296'724}, {"binarynet", 59'806'548},
      {"alexnet", 59'816'481},   {"xnornet", 130'229'837},   {"dorefanet", 73'443'181},
      {"floppynet2", 3'764'161}, {"floppynet4", 3'764'161},  {"floppynet8", 3'764'161}};
  for (const auto& [name, parameters] : expected) {
    INFO(name);
    CHECK(total(test::network_facts({name, "", 365})) == parameters);
  }
}

TEST_CASE("networks of 48 classes have the millions of parameters that Wang et al. compare") {
  CHECK(total(test::network_facts({"floppynet", "", 48})) == 3'681'424);  // 3.68
  const NetworkFacts shallownet = test::network_facts({"shallownet", "", 48});
  CHECK(total(shallownet) == 55'997'024);
  CHECK(shallownet.parameters == 55'979'328);                                  // 55.98
  CHECK(test::network_facts({"dorefanet", "", 48}).parameters == 72'125'488);  // 72.13
  CHECK(test::network_facts({"alexnet", "", 48}).parameters == 58'497'232);    // 58.50
  CHECK(total(test::network_facts({"xnornet", "code", 5})) == 57'976'037);
}

TEST_CASE("the convolution stages have their papers' weights") {
  CHECK(test::network_facts({"floppynet", "", 0}).parameters == 1'239'072 + 2 * (96 + 256));
  CHECK(test::network_facts({"binarynet", "", 0}).parameters == 3'745'824 + 2 * (96 + 256 + 384 + 384));
  CHECK(test::network_facts({"alexnet", "", 0}).parameters == 3'747'200 + 2 * 1376);
  CHECK(test::network_facts({"dorefanet", "", 0}).parameters == 41'472 + 3'710'976 + 2 * 1280);
}

TEST_CASE("FloppyNet's stages have the sizes of its paper's table, and every layer learns") {
  for (const char* name : {"floppynet", "shallownet", "floppynet2", "floppynet4", "floppynet8"}) {
    INFO(name);
    const NetworkRun run = test::run_network({name, "", 7});
    CHECK(run.stages == Shapes{{"conv1", {96, 55, 55}},
                               {"pool1", {96, 27, 27}},
                               {"conv2", {256, 27, 27}},
                               {"pool2", {256, 13, 13}},
                               {"conv5", {256, 13, 13}},
                               {"pool5", {256, 6, 6}}});
    CHECK(run.features == std::vector<std::int64_t>{256, 6, 6});
    CHECK(run.logits == 7);
    CHECK(run.untouched.empty());
    CHECK(run.largest_weight == 1.0);
  }
}

TEST_CASE("BinaryNet and AlexNet have five layers of the same sizes") {
  for (const char* name : {"binarynet", "alexnet"}) {
    INFO(name);
    const NetworkRun run = test::run_network({name, "", 0});
    CHECK(run.stages == Shapes{{"conv1", {96, 55, 55}},
                               {"pool1", {96, 27, 27}},
                               {"conv2", {256, 27, 27}},
                               {"pool2", {256, 13, 13}},
                               {"conv3", {384, 13, 13}},
                               {"conv4", {384, 13, 13}},
                               {"conv5", {256, 13, 13}},
                               {"pool5", {256, 6, 6}}});
    CHECK(run.untouched.empty());
    CHECK((run.largest_weight > 1.0) == (std::string(name) == "alexnet"));
  }
}

TEST_CASE("XNOR-Net and DoReFa-Net pool as TensorFlow's SAME does") {
  // The classifiers, which are large, of one variant only.
  for (const auto& [variant, classes] : {std::pair{"paper", 3}, {"code", 0}}) {
    INFO(variant);
    const NetworkRun xnornet = test::run_network({"xnornet", variant, classes});
    CHECK(xnornet.stages == Shapes{{"conv1", {96, 56, 56}},
                                   {"pool1", {96, 28, 28}},
                                   {"conv2", {256, 28, 28}},
                                   {"pool2", {256, 14, 14}},
                                   {"conv3", {384, 14, 14}},
                                   {"conv4", {256, 14, 14}},
                                   {"pool4", {256, 7, 7}}});
    CHECK(xnornet.logits == classes);
    CHECK(xnornet.untouched.empty());
    const NetworkRun dorefanet = test::run_network({"dorefanet", variant, classes});
    CHECK(dorefanet.stages == Shapes{{"conv1", {96, 54, 54}},
                                     {"conv2", {256, 54, 54}},
                                     {"pool2", {256, 27, 27}},
                                     {"conv3", {384, 27, 27}},
                                     {"pool3", {384, 14, 14}},
                                     {"conv4", {384, 14, 14}},
                                     {"conv5", {256, 14, 14}},
                                     {"pool5", {256, 7, 7}}});
    CHECK(dorefanet.logits == classes);
    CHECK(dorefanet.untouched.empty());
  }
}

TEST_CASE("networks say what they take, and refuse variants that they do not have") {
  CHECK(test::network_facts({"floppynet", "", 0}).height == 227);
  CHECK(test::network_facts({"xnornet", "", 0}).width == 224);
  CHECK(test::network_facts({"floppynet", "code", 0}).error.find("paper") != std::string::npos);
  CHECK(test::network_facts({"floppynet3", "", 0}).error.find("floppynet2") != std::string::npos);
}
