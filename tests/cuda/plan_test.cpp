// Whole models on an emulated device against the CPU: plan, preprocessing, batches, recorded frames, errors.

#include <catch2/catch.hpp>
#include <cstring>

#include "cuda/common/architecture.h"
#include "cuda/device_pictures.h"
#include "cuda/emulated_describer.h"
#include "support/layered_model.h"
#include "support/tiny_model.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// The architectures between which tables choose differently.
constexpr int kArchitectures[] = {75, 87, 90, 120};

void check_equal(const Model& model, Random& random) {
  const std::vector<Picture> pictures = pictures_for(model, random);
  Describer on_cpu = describer_of(model, nullptr, 1);
  const std::vector<std::byte> expected = describe_all(on_cpu, pictures);
  for (const int architecture : kArchitectures) {
    Describer on_device = emulated(model, architecture, 2);
    CAPTURE(architecture);
    CHECK(describe_all(on_device, pictures) == expected);
    CHECK(describe_all(on_device, pictures) == expected);  // by the frames that were recorded
  }
}

}  // namespace

TEST_CASE("a chain of binary layers gives the CPU's bytes on every architecture, alone and in batches") {
  Random random;
  check_equal(model_of(tiny_model()), random);
  for (int round = 0; round < 2; ++round) {
    const auto type = round == 0 ? DescriptorType::f32 : DescriptorType::bits;
    check_equal(model_of(random_model(random, type)), random);
  }
}

TEST_CASE("a quantized network with a branch and a gate gives the CPU's bytes on every architecture") {
  Random random;
  check_equal(model_of(quantized_model(random)), random);
}

TEST_CASE("binary convolutions between real sums give the CPU's bytes on every architecture") {
  Random random;
  check_equal(model_of(binary_model(random)), random);
}

TEST_CASE("float networks agree with the CPU on every architecture") {
  Random random;
  for (const DataType type : {DataType::f32, DataType::f16}) {
    const Model model = model_of(float_model(random, type));
    const std::vector<Picture> pictures = pictures_for(model, random);
    Describer on_cpu = describer_of(model, nullptr, 1);
    const std::vector<float> expected = floats_of(describe_all(on_cpu, pictures));
    for (const int architecture : kArchitectures) {
      Describer on_device = emulated(model, architecture, 2);
      CAPTURE(architecture, data_type_name(type));
      const std::vector<float> values = floats_of(describe_all(on_device, pictures));
      CHECK(cosine(values, expected) > (type == DataType::f32 ? 0.9999999 : 0.99999));
    }
  }
}

TEST_CASE("no thread of a phase reads what another one writes in it") {
  Random random;
  for (const Model& model : {model_of(tiny_model()), model_of(quantized_model(random))}) {
    const std::vector<Picture> pictures = pictures_for(model, random);
    Describer rising = emulated(model, 87, 2);
    Describer falling = emulated(model, 87, 2, cuda::ThreadOrder::falling);
    CHECK(describe_all(rising, pictures) == describe_all(falling, pictures));
  }
}

TEST_CASE("several describers of one plan share its constants and nothing else") {
  Random random;
  const Model model = model_of(tiny_model());
  const auto device = cuda::create_emulated_device();
  const Plan plan = plan_on(device, model);
  Describer first = describer_on(plan, 1);
  Describer second = describer_on(plan, 3);
  Describer on_cpu = describer_of(model, nullptr, 1);
  for (int i = 0; i < 3; ++i) {
    const Picture a = random_picture(random, 8, 8), b = random_picture(random, 20, 11);
    const auto bytes_of_a = bytes_of(first.describe(a.view));
    const auto bytes_of_b = bytes_of(second.describe(b.view));
    CHECK(bytes_of_a == bytes_of(on_cpu.describe(a.view)));
    CHECK(bytes_of_b == bytes_of(on_cpu.describe(b.view)));
  }
}

TEST_CASE("rows may lie apart") {
  Random random;
  const Model model = model_of(tiny_model());
  const Picture wide = random_picture(random, 30, 20);
  const ImageView part{wide.bytes.data() + 5 * 3, 12, 17, 30 * 3, PixelFormat::rgb8};
  Describer on_cpu = describer_of(model, nullptr, 1);
  Describer on_device = emulated(model, 87, 1);
  CHECK(bytes_of(on_device.describe(part)) == bytes_of(on_cpu.describe(part)));
}

TEST_CASE("features and times come from the device too") {
  Random random;
  const Model model = model_of(tiny_model());
  const Picture picture = random_picture(random, 9, 9);
  Describer on_cpu = describer_of(model, nullptr, 1);
  Describer on_device = emulated(model, 87, 2);
  std::vector<float> expected(on_cpu.feature_count()), values(on_device.feature_count());
  REQUIRE(on_cpu.features(picture.view, expected.data(), expected.size()).ok());
  REQUIRE(on_device.features(picture.view, values.data(), values.size()).ok());
  CHECK(values == expected);
  on_device.enable_profile(true);
  CHECK(bytes_of(on_device.describe(picture.view)) == bytes_of(on_cpu.describe(picture.view)));
  CHECK(on_device.preprocessing_nanoseconds() > 0);
  REQUIRE(on_device.step_nanoseconds().size() == on_device.plan().steps().size());
  for (const std::int64_t time : on_device.step_nanoseconds())
    CHECK(time > 0);
}

TEST_CASE("memory is stated before it is taken, and too little of it is an error") {
  const Model model = model_of(tiny_model());
  const Plan stated = plan_on(cuda::create_emulated_device(), model);
  const auto arena = stated.arena_bytes(16);
  REQUIRE(arena.ok());
  CHECK(*arena > stated.arena_bytes());
  CHECK(!stated.arena_bytes(0).ok());
  cuda::EmulatedDeviceOptions options;
  options.memory_bytes = stated.packed_bytes() + kTailPad + *arena - 1;
  const Plan plan = plan_on(cuda::create_emulated_device(options), model);
  DescriberOptions describer_options;
  describer_options.batch = 16;
  const auto describer = Describer::create(plan, describer_options);
  REQUIRE(!describer.ok());
  CHECK(describer.error().code() == ErrorCode::out_of_memory);
  CHECK(std::strstr(describer.error().message(), std::to_string(*arena).c_str()) != nullptr);
  options.memory_bytes = 10;
  const auto too_small = cuda::plan_for_device(model, 0, cuda::create_emulated_device(options));
  REQUIRE(!too_small.ok());
  CHECK(too_small.error().code() == ErrorCode::out_of_memory);
}

TEST_CASE("a batch of more images than kernels count is refused, with the largest") {
  PlanOptions options;
  options.device = "cuda:sm_87";
  const auto check_largest = [&](const Plan& plan, int largest) {
    CHECK(plan.arena_bytes(largest).ok());
    for (const int batch : {largest + 1, 1 << 20, std::numeric_limits<int>::max()}) {
      const auto more = plan.arena_bytes(batch);
      REQUIRE(!more.ok());
      CHECK(more.error().code() == ErrorCode::invalid_argument);
      const std::string largest_text = "at most " + std::to_string(largest);
      CHECK(std::string(more.error().message()).find(largest_text) != std::string::npos);
    }
  };
  // Blocks of a launch; the pixels of a convolution's output.
  constexpr int kMostBlocks = 65535, kSide = 514, kOutputPixels = 256 * 256;
  const auto small = Plan::create(model_of(tiny_model()), options);
  const auto large = Plan::create(model_of(tiny_model(kSide)), options);
  REQUIRE(small.ok());
  REQUIRE(large.ok());
  check_largest(*small, kMostBlocks);
  check_largest(*large, static_cast<int>(((std::int64_t{1} << 31) - 1024) / kOutputPixels));

  const Plan plan = plan_on(cuda::create_emulated_device(), model_of(tiny_model()));
  DescriberOptions describer_options;
  describer_options.batch = kMostBlocks + 1;
  const auto describer = Describer::create(plan, describer_options);
  REQUIRE(!describer.ok());
  CHECK(describer.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("a plan for an architecture by name says everything, and makes no describer") {
  Random random;
  const Model model = model_of(quantized_model(random));
  for (const int architecture : cuda::architectures()) {
    const std::string name = "cuda:sm_" + std::to_string(architecture);
    PlanOptions options;
    options.device = name.c_str();
    const auto plan = Plan::create(model, options);
    if (!plan.ok()) FAIL(plan.error().message());
    CHECK(plan->device() == name.substr(5));
    CHECK(plan->packed_bytes() > 0);
    CHECK(plan->arena_bytes() > 0);
    for (const StepInfo& step : plan->steps()) {
      CAPTURE(step.layer);
      CHECK(!step.kernel.empty());
      CHECK(step.isa == name.substr(5));
    }
    const auto describer = Describer::create(*plan);
    REQUIRE(!describer.ok());
    CHECK(describer.error().code() == ErrorCode::invalid_argument);
  }
}

TEST_CASE("images that cannot be are refused, and the next is described") {
  Random random;
  const Model model = model_of(tiny_model());
  Describer describer = emulated(model, 87, 2);
  const Picture picture = random_picture(random, 8, 8);
  const auto expected = bytes_of(describer.describe(picture.view));
  CHECK(describer.describe(ImageView{}).error().code() == ErrorCode::invalid_argument);
  std::vector<std::byte> descriptors(expected.size());
  CHECK(!describer.describe(&picture.view, 1, descriptors.data(), 1).ok());
  CHECK(bytes_of(describer.describe(picture.view)) == expected);
}
