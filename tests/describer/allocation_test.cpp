// Counts every allocation of the process, and makes chosen ones fail.

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <vector>

#include "bitplace/describer.h"
#include "format/model_file.h"
#include "support/random_model.h"

namespace {

std::atomic<std::int64_t> allocations{0};
std::atomic<std::int64_t> fail_at{-1};  // the allocation with this number fails; -1: none

bool must_fail() {
  return allocations.fetch_add(1) == fail_at.load();
}

void* allocate(std::size_t bytes) {
  if (must_fail()) return nullptr;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

// Out of line, all of them: with one of a pair inlined into the library, g++ 12 reports the pair as
// mismatched.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  void* memory = allocate(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

using namespace bitplace;

namespace {

std::vector<std::byte> model_bytes() {
  test::Random random;
  const auto bytes = encode_model(test::random_model(random));
  if (!bytes.ok()) FAIL(bytes.error().message());
  return *bytes;
}

// Opens, plans and describes once; returns the first error.
Status run_once(const std::vector<std::byte>& bytes, const ImageView& image) {
  const auto model = Model::from_memory(bytes.data(), bytes.size());
  if (!model.ok()) return model.error();
  const auto plan = Plan::create(*model);
  if (!plan.ok()) return plan.error();
  auto describer = Describer::create(*plan);
  if (!describer.ok()) return describer.error();
  const auto descriptor = describer->describe(image);
  if (!descriptor.ok()) return descriptor.error();
  return {};
}

}  // namespace

TEST_CASE("describe allocates nothing") {
  const std::vector<std::byte> bytes = model_bytes();
  const auto model = Model::from_memory(bytes.data(), bytes.size());
  REQUIRE(model.ok());
  const auto plan = Plan::create(*model);
  REQUIRE(plan.ok());
  for (const int threads : {1, 2}) {
    DescriberOptions options;
    options.threads = threads;
    auto describer = Describer::create(*plan, options);
    REQUIRE(describer.ok());
    std::vector<std::uint8_t> pixels(640 * 480 * 3, 77);
    const ImageView image = {pixels.data(), 640, 480, 0, PixelFormat::rgb8};
    std::vector<std::byte> memory(describer->descriptor_spec().bytes());
    bool described = true;
    const std::int64_t before = allocations.load();
    for (int i = 0; i < 10; ++i) {
      described = described && describer->describe(image).ok();
      described = described && describer->describe(image, memory.data(), memory.size()).ok();
    }
    const std::int64_t after = allocations.load();
    CHECK(described);
    CHECK(after - before == 0);
  }
}

TEST_CASE("whichever allocation fails, the answer is out_of_memory and nothing crashes") {
  const std::vector<std::byte> bytes = model_bytes();
  std::vector<std::uint8_t> pixels(20 * 20 * 3, 77);
  const ImageView image = {pixels.data(), 20, 20, 0, PixelFormat::rgb8};
  REQUIRE(run_once(bytes, image).ok());
  bool reached_end = false;
  for (std::int64_t k = 0; k < 100000 && !reached_end; ++k) {
    fail_at.store(allocations.load() + k);
    const Status status = run_once(bytes, image);
    const bool failed = allocations.load() > fail_at.load();
    fail_at.store(-1);
    reached_end = !failed;
    if (failed && !status.ok()) CHECK(status.error().code() == ErrorCode::out_of_memory);
    if (!failed) CHECK(status.ok());
  }
  CHECK(reached_end);
}
