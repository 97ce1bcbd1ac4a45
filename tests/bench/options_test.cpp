#include <catch2/catch.hpp>

#include "bench/options.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

// The arguments behind the program's name; `left` is what was not taken.
Result<BenchOptions> take(std::vector<std::string> arguments, std::vector<std::string>* left = nullptr) {
  std::vector<char*> pointers = {nullptr};
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  auto options = take_options(&count, pointers.data());
  if (left != nullptr) left->assign(pointers.begin() + 1, pointers.begin() + count);
  return options;
}

}  // namespace

TEST_CASE("without options the CPU's kernels run on the shapes that come along") {
  const auto options = take({});
  REQUIRE(options.ok());
  CHECK(options->device == "cpu");
  CHECK(options->shapes.find("bench/shapes") != std::string::npos);
  CHECK(options->batches == std::vector<int>{1});
  CHECK_FALSE(options->version);
}

TEST_CASE("options are taken in both forms, and others are left") {
  std::vector<std::string> left;
  const auto options =
      take({"--device=cuda:1", "--benchmark_filter=x", "--batch", "1,256", "--shapes=a"}, &left);
  REQUIRE(options.ok());
  CHECK(options->device == "cuda:1");
  CHECK(options->batches == std::vector<int>{1, 256});
  CHECK(options->shapes == "a");
  CHECK(left == std::vector<std::string>{"--benchmark_filter=x"});
  CHECK(take({"--version"})->version);
}

TEST_CASE("what looks like an option is left to whoever knows it") {
  std::vector<std::string> left;
  REQUIRE(take({"--devices=2", "--shapes"}, &left).ok());
  CHECK(left == std::vector<std::string>{"--devices=2", "--shapes"});
}

TEST_CASE("numbers of images are checked") {
  for (const char* text : {"", "0", "x", "1,", ",1", "1,,2", "1;2", "-3", "65536", "99999999999"}) {
    CAPTURE(text);
    const auto options = take({"--device", "cuda", std::string("--batch=") + text});
    REQUIRE_FALSE(options.ok());
    CHECK(options.error().code() == ErrorCode::invalid_argument);
  }
  CHECK_FALSE(take({"--batch=2"}).ok());
}
