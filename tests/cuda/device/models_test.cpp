// Whole models on this machine's GPU against the CPU. Where there is none, nothing is tested, and the program
// says so in the words by which CTest knows a skipped test.

#include <catch2/catch.hpp>
#include <cstdio>
#include <thread>

#include "cuda/device_pictures.h"
#include "cuda/network_files.h"
#include "cuda/runtime/device.h"
#include "support/layered_model.h"
#include "support/tiny_model.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

bool has_device() {
  static const auto device = cuda::open_device(0);
  static const bool told = [] {
    if (!device.ok()) std::printf("SKIPPED: %s\n", device.error().message());
    return true;
  }();
  return told && device.ok();
}

Plan plan_on_gpu(const Model& model) {
  PlanOptions options;
  options.device = "cuda";
  auto plan = Plan::create(model, options);
  if (!plan.ok()) FAIL(plan.error().message());
  return *std::move(plan);
}

Describer describer_of_plan(const Plan& plan, int batch) {
  DescriberOptions options;
  options.batch = batch;
  auto describer = Describer::create(plan, options);
  if (!describer.ok()) FAIL(describer.error().message());
  return std::move(*describer);
}

// Alone, in batches that do not divide the pictures, and once more by the recorded frames.
void check_equal(const Model& model, Random& random) {
  const std::vector<Picture> pictures = pictures_for(model, random);
  Describer on_cpu = describer_of(model, nullptr, 1);
  const std::vector<std::byte> expected = describe_all(on_cpu, pictures);
  const Plan plan = plan_on_gpu(model);
  for (const int batch : {1, 2, 64}) {
    Describer on_gpu = describer_of_plan(plan, batch);
    CAPTURE(batch);
    CHECK(describe_all(on_gpu, pictures) == expected);
    CHECK(describe_all(on_gpu, pictures) == expected);
    on_gpu.enable_profile(true);
    CHECK(describe_all(on_gpu, pictures) == expected);
  }
}

}  // namespace

TEST_CASE("networks of integers give the CPU's bytes on the GPU") {
  if (!has_device()) return;
  Random random;
  check_equal(model_of(tiny_model()), random);
  for (int round = 0; round < 4; ++round) {
    check_equal(model_of(random_model(random)), random);
    check_equal(model_of(quantized_model(random)), random);
    check_equal(model_of(binary_model(random)), random);
  }
}

TEST_CASE("whole networks of integers give the CPU's bytes on the GPU") {
  if (!has_device()) return;
  Random random;
  for (const std::string& file : network_files()) {
    CAPTURE(file);
    const auto model = Model::open(file.c_str());
    if (!model.ok()) FAIL(model.error().message());
    check_equal(*model, random);
  }
}

TEST_CASE("float networks agree with the CPU on the GPU") {
  if (!has_device()) return;
  Random random;
  for (const DataType type : {DataType::f32, DataType::f16}) {
    const Model model = model_of(float_model(random, type));
    const std::vector<Picture> pictures = pictures_for(model, random);
    Describer on_cpu = describer_of(model, nullptr, 1);
    Describer on_gpu = describer_of_plan(plan_on_gpu(model), 2);
    const std::vector<float> expected = floats_of(describe_all(on_cpu, pictures));
    const std::vector<float> values = floats_of(describe_all(on_gpu, pictures));
    CHECK(cosine(values, expected) > (type == DataType::f32 ? 0.9999999 : 0.99999));
    CHECK(floats_of(describe_all(on_gpu, pictures)) == values);
  }
}

TEST_CASE("several threads describe with one plan at once") {
  if (!has_device()) return;
  Random random;
  const Model model = model_of(quantized_model(random));
  const std::vector<Picture> pictures = pictures_for(model, random);
  Describer on_cpu = describer_of(model, nullptr, 1);
  const std::vector<std::byte> expected = describe_all(on_cpu, pictures);
  const Plan plan = plan_on_gpu(model);
  constexpr int kThreads = 4;
  std::vector<Describer> describers;
  for (int i = 0; i < kThreads; ++i)
    describers.push_back(describer_of_plan(plan, i + 1));
  std::vector<std::vector<std::byte>> results(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round)
        results[i] = describe_all(describers[i], pictures);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::vector<std::byte>& result : results)
    CHECK(result == expected);
}

TEST_CASE("more than the GPU's memory is an error, and the GPU goes on") {
  if (!has_device()) return;
  Random random;
  const Model model = model_of(quantized_model(random));
  const Plan plan = plan_on_gpu(model);
  DescriberOptions options;
  options.batch = 1 << 26;
  const auto describer = Describer::create(plan, options);
  REQUIRE(!describer.ok());
  CHECK(describer.error().code() == ErrorCode::out_of_memory);
  check_equal(model, random);
}
