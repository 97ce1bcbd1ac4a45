// What runs the layers of real-valued networks: on no tier with vector kernels is it a reference kernel.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "bitplace/plan.h"
#include "format/model_file.h"
#include "lowering/real_model.h"
#include "networks/load_network.h"

using namespace bitplace;

namespace {

struct PlannedPrecision {
  const char* name;
  Precision precision;
  bool unsigned_codes;
};

constexpr PlannedPrecision kPrecisions[] = {
    {"fp32", Precision::fp32, false}, {"fp16", Precision::fp16, false},
    {"int8", Precision::int8, false}, {"w4a8", Precision::w4a8, false},
    {"w4a4", Precision::w4a4, false}, {"int8, codes without a sign", Precision::int8, true},
};

struct PlannedNetwork {
  const char* name;
  const char* cut;  // empty: the default one
  std::vector<const char*> heads;
  bool large = false;  // in the kinds of arithmetic alone, to save time
};

// Every head behind the smallest network, and every network in front of some head.
const std::vector<PlannedNetwork> kNetworks = {
    {"squeezenet1_1", "", {"flatten", "spoc", "mac", "gem", "netvlad", "mixvpr", "convap", "cosplace"}},
    {"squeezenet1_0", "", {"mac"}},
    {"mobilenet_v2", "", {"spoc", "mixvpr"}},
    {"mobilenet_v2", "conv4", {"netvlad"}},
    {"efficientnet_b0", "", {"cosplace"}},
    {"efficientnet_b0", "blocks", {"flatten"}},
    {"resnet18", "", {"gem"}},
    {"resnet18", "layer3", {"netvlad"}},
    {"resnet34", "layer3", {"convap"}, true},
    {"resnet50", "", {"cosplace"}, true},
    {"vgg16", "features", {"netvlad"}, true},
};

LoadedNetwork random_network_of(const PlannedNetwork& planned, const std::string& head) {
  NetworkOptions options;
  options.cut = planned.cut;
  options.head = head;
  Result<LoadedNetwork> network = random_network(planned.name, 3, options);
  if (!network.ok()) FAIL(network.error().message());
  return *std::move(network);
}

// Which kernel is chosen depends on types and shapes: any ranges do.
ActivationRanges made_up_ranges(const Graph& graph) {
  return ActivationRanges(graph.values.size(), ActivationRange{3.0f, 2.0f, false, 3.0f});
}

RealNetwork folded_network(const PlannedNetwork& planned, const std::string& head) {
  const LoadedNetwork network = random_network_of(planned, head);
  Result<Graph> folded = fold_real(network.graph);
  if (!folded.ok()) FAIL(folded.error().message());
  return {network.name, *std::move(folded), network.preprocessing};
}

Model model_of(const RealNetwork& network, const PlannedPrecision& precision) {
  RealLoweringOptions options;
  options.precisions.otherwise = precision.precision;
  options.precisions.unsigned_codes = precision.unsigned_codes;
  options.ranges = made_up_ranges(network.graph);
  const Result<ModelContents> contents = make_real_model(network, options);
  if (!contents.ok()) FAIL(contents.error().message());
  const auto bytes = encode_model(*contents);
  if (!bytes.ok()) FAIL(bytes.error().message());
  Result<Model> model = Model::from_memory(bytes->data(), bytes->size(), network.name.c_str());
  if (!model.ok()) FAIL(model.error().message());
  return *std::move(model);
}

// The tiers to plan for: the best one here, and the one below it that most machines have.
std::vector<std::string> planned_tiers() {
  std::vector<std::string> tiers = {isa_name(cpu_features())};
  for (const IsaTier& tier : isa_tiers()) {
    const bool common = std::string(tier.name) == "avx2" || std::string(tier.name) == "neon";
    if (common && tiers.front() != tier.name && (tier.features & ~cpu_features()) == 0)
      tiers.emplace_back(tier.name);
  }
  return tiers;
}

void check_steps(const Model& model, const std::string& tier) {
  PlanOptions options;
  options.isa = tier.c_str();
  const Result<Plan> plan = Plan::create(model, options);
  if (!plan.ok()) FAIL(plan.error().message());
  std::vector<StepInfo> steps = plan->steps();
  steps.push_back(plan->preprocessing());
  for (const StepInfo& step : steps) {
    INFO(tier << ", " << step.layer << ": " << step.operation << ": " << step.kernel << ", not "
              << step.passed_over);
    CHECK_FALSE(step.reference);
  }
}

}  // namespace

TEST_CASE("no layer of a real-valued network runs on a reference kernel, whatever its precision") {
  const std::vector<std::string> tiers = planned_tiers();
  if (tiers.front() != "avx2" && tiers.front() != "neon" && tiers.size() < 2) {
    WARN("skipped: quantized layers have vector kernels from avx2 and neon on");
    return;
  }
  for (const PlannedNetwork& planned : kNetworks) {
    for (const char* head : planned.heads) {
      const RealNetwork network = folded_network(planned, head);
      for (const PlannedPrecision& precision : kPrecisions) {
        const bool kind = precision.precision == Precision::fp32 || precision.precision == Precision::int8;
        if (planned.large && !kind) continue;
        CAPTURE(planned.name, planned.cut, head, precision.name);
        const Model model = model_of(network, precision);
        for (const std::string& tier : tiers)
          check_steps(model, tier);
      }
    }
  }
}
