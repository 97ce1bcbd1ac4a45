// Devices by name, and what programs are told where there is none.

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "bitplace/describer.h"
#include "cuda/common/architecture.h"
#include "cuda/plan/device_name.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/emulated_device.h"
#include "describer/describer_support.h"
#include "support/tiny_model.h"

using namespace bitplace;
using namespace bitplace::test;
using cuda::DeviceName;

namespace {

DeviceName parsed(const char* text) {
  const auto name = cuda::parse_device_name(text);
  if (!name.ok()) FAIL(name.error().message());
  return *name;
}

}  // namespace

TEST_CASE("devices have names") {
  for (const char* cpu : {static_cast<const char*>(nullptr), "", "cpu"})
    CHECK(parsed(cpu).kind == DeviceName::Kind::cpu);
  CHECK(parsed("cuda").kind == DeviceName::Kind::gpu);
  CHECK(parsed("cuda").number == 0);
  CHECK(parsed("cuda:3").number == 3);
  CHECK(parsed("cuda:sm_87").kind == DeviceName::Kind::architecture);
  CHECK(parsed("cuda:sm_87").architecture == 87);
  CHECK(parsed("cuda:sm_120").architecture == 120);
}

TEST_CASE("a device of another name is refused, with the choices") {
  for (const char* text : {"gpu", "cuda:", "cuda:-1", "cuda:1x", "cuda1", "cuda:sm_", "cuda:sm_86x",
                           "cuda:sm_52", "cuda:99999999999", "CUDA"}) {
    INFO(text);
    const auto name = cuda::parse_device_name(text);
    REQUIRE(!name.ok());
    CHECK(name.error().code() == ErrorCode::invalid_argument);
    CHECK(std::string(name.error().message()).find("sm_87") != std::string::npos);
    PlanOptions options;
    options.device = text;
    CHECK(Plan::create(model_of(tiny_model()), options).error().code() == ErrorCode::invalid_argument);
  }
}

TEST_CASE("a GPU that is not there is an error that says so") {
  const auto device = cuda::open_device(4711);
  REQUIRE(!device.ok());
  CHECK(device.error().code() == ErrorCode::unsupported);
  PlanOptions options;
  options.device = "cuda:4711";
  const auto plan = Plan::create(model_of(tiny_model()), options);
  REQUIRE(!plan.ok());
  CHECK(plan.error().code() == ErrorCode::unsupported);
  CHECK(std::strstr(plan.error().message(), "cuda") != nullptr);
}

TEST_CASE("more memory than a device has is an error that states both, and takes nothing") {
  const auto device = cuda::create_emulated_device({87, 1000, cuda::ThreadOrder::rising});
  const auto some = device->allocate(600, "the first");
  REQUIRE(some.ok());
  const auto more = device->allocate(500, "the second");
  REQUIRE(!more.ok());
  CHECK(more.error().code() == ErrorCode::out_of_memory);
  CHECK(std::string(more.error().message()) ==
        "emulated sm_87: the second needs 500 bytes; 400 of 1000 bytes are free");
  CHECK(device->allocate(400, "the rest").ok());
}
