// FloppyNet's last layer on six photographs, exactly, on every tier that this CPU has.

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "bitplace/bitplace.h"
#include "core/file.h"
#include "support/test_data.h"

using namespace bitplace;

namespace {

constexpr int kSide = 227;
constexpr std::size_t kFeatures = 6 * 6 * 256;
constexpr const char* kTest = "golden outputs of FloppyNet";

std::vector<std::byte> must_read(const std::string& path) {
  const auto bytes = read_file(path, 1 << 20);
  if (!bytes.ok()) FAIL(bytes.error().message());
  return *bytes;
}

struct GoldenCase {
  std::vector<std::byte> pixels;
  std::vector<float> pool5;
};

std::vector<GoldenCase> read_cases(const std::string& folder) {
  std::vector<GoldenCase> cases;
  for (int k = 0; k < 6; ++k) {
    GoldenCase one;
    one.pixels = must_read(folder + "/input_" + std::to_string(k) + ".u8");
    const std::vector<std::byte> values = must_read(folder + "/pool5_" + std::to_string(k) + ".f32");
    REQUIRE(one.pixels.size() == std::size_t{kSide} * kSide * 3);
    REQUIRE(values.size() == kFeatures * sizeof(float));
    one.pool5.resize(kFeatures);
    std::memcpy(one.pool5.data(), values.data(), values.size());
    cases.push_back(std::move(one));
  }
  return cases;
}

std::size_t differing(Describer& describer, const GoldenCase& golden) {
  std::vector<float> features(kFeatures);
  const ImageView image = {reinterpret_cast<const std::uint8_t*>(golden.pixels.data()), kSide, kSide, 0,
                           PixelFormat::rgb8};
  const Status status = describer.features(image, features.data(), features.size());
  if (!status.ok()) FAIL(status.error().message());
  std::size_t count = 0;
  for (std::size_t i = 0; i < kFeatures; ++i)
    count += static_cast<std::size_t>(features[i] != golden.pool5[i]);
  return count;
}

// All images; but one for the portable code under an emulator, which needs many seconds for each.
std::size_t cases_to_check(const IsaTier& tier, std::size_t count) {
  return tier.features == 0 && std::getenv("BITPLACE_EMULATED") != nullptr ? 1 : count;
}

std::string kernels_of(const Describer& describer) {
  std::string names;
  for (const StepInfo& step : describer.plan().steps())
    names += step.kernel + " ";
  return names;
}

}  // namespace

TEST_CASE("FloppyNet's pool5 equals the golden files exactly on every tier") {
  const auto folder = test::test_data("golden/floppynet", kTest);
  const char* model = std::getenv("BITPLACE_TEST_MODEL");
  if (!folder || model == nullptr || !std::filesystem::exists(model)) {
    std::printf("SKIPPED %s: no model (BITPLACE_TEST_MODEL) or no test data\n", kTest);
    return;
  }
  const std::vector<GoldenCase> cases = read_cases(*folder);
  std::set<std::string> checked;
  for (const IsaTier& tier : isa_tiers()) {
    if ((tier.features & ~cpu_features()) != 0) {
      std::printf("SKIPPED %s on %s: this CPU lacks it\n", kTest, tier.name);
      continue;
    }
    DescriberOptions options;
    options.isa = tier.name;
    auto describer = Describer::open(model, options);
    if (!describer.ok()) FAIL(describer.error().message());
    if (!checked.insert(kernels_of(*describer)).second) continue;  // the kernels of a tier already checked
    const std::size_t count = cases_to_check(tier, cases.size());
    if (count < cases.size()) std::printf("SKIPPED %s on %s: all but one image\n", kTest, tier.name);
    for (std::size_t k = 0; k < count; ++k) {
      CAPTURE(tier.name, k);
      CHECK(differing(*describer, cases[k]) == 0);
    }
  }
}
