// The benchmarks of a device's kernels, on one that is emulated: what is listed, timed and compared.

#include <catch2/catch.hpp>
#include <cstring>

#include "bench/device/device_benchmarks.h"
#include "bench/device/device_convolution.h"
#include "bench/device/fastest_choice.h"
#include "bench/device/gpu_number.h"
#include "bench/device/library_memory.h"
#include "bench/device/moving_layers.h"
#include "bench/device/repeated_launches.h"
#include "bench/options.h"
#include "core/error.h"
#include "cuda/runtime/emulated_device.h"

using namespace bitplace;
using namespace bitplace::bench;

namespace {

ConvolutionProblem small_problem() {
  ConvolutionProblem p{};
  p.input_height = 6;
  p.input_width = 5;
  p.input_channels = p.output_channels = 16;
  p.kernel_height = p.kernel_width = 3;
  p.stride_height = p.stride_width = 1;
  p.dilation_height = p.dilation_width = 1;
  p.groups = 1;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 1;
  p.padding = ConvolutionPadding::zero;
  p.pool_height = p.pool_width = 1;
  p.output_height = 6;
  p.output_width = 5;
  p.epilogue = ConvolutionEpilogue::requantize_s8;
  p.input_low = -127;
  p.input_high = p.largest_weight = 127;
  p.output_low = -127.0f;
  p.output_high = 127.0f;
  return p;
}

ConvolutionShape small_shape(const char* layer = "c1", const char* table = "convolution_s8_s8") {
  return {"net", layer, find_convolution_table(table), small_problem()};
}

ConvolutionShape small_floats(const char* table, ConvolutionEpilogue epilogue) {
  ConvolutionShape shape = small_shape("floats", table);
  shape.problem.epilogue = epilogue;
  return shape;
}

// Whether a layer of this shape, on this architecture, passes its own comparison after it was timed.
Status time_and_check(const ConvolutionShape& shape, int architecture, int batch) {
  const auto device = cuda::create_emulated_device({architecture});
  const auto rows = device_rows(shape, architecture);
  if (rows.empty()) return Error(ErrorCode::unsupported, "no row");
  for (const cuda::DeviceConvolutionKernel* row : rows) {
    BITPLACE_ASSIGN(work, make_device_convolution(*device, *row, shape, batch));
    BITPLACE_ASSIGN(launches, RepeatedLaunches::create(
                                  *device, [&](cuda::Stream& stream) { return work->launch(stream); }));
    BITPLACE_ASSIGN(seconds, launches.run());
    if (seconds <= 0.0 || launches.count() < 1 || !launches.recorded())
      return Error(ErrorCode::internal, "time");
    BITPLACE_TRY(work->check(launches.stream()));
  }
  return {};
}

std::vector<std::string> convolution_names(const std::vector<DeviceBenchmark>& benchmarks) {
  std::vector<std::string> found;
  for (const DeviceBenchmark& benchmark : benchmarks) {
    if (benchmark.products > 0.0) found.push_back(benchmark.layer + "/" + benchmark.name);
  }
  return found;
}

}  // namespace

TEST_CASE("rows are timed and equal the reference, on every image of a batch") {
  for (const int architecture : {75, 87, 120}) {
    CAPTURE(architecture);
    for (const int batch : {1, 3}) {
      const Status status = time_and_check(small_shape(), architecture, batch);
      INFO(status.error().message());
      CHECK(status.ok());
    }
  }
  for (const auto& [table, epilogue] : {std::pair{"convolution_f16_f16", ConvolutionEpilogue::affine_f16},
                                        std::pair{"convolution_f32_f32", ConvolutionEpilogue::affine_f32}}) {
    const Status status = time_and_check(small_floats(table, epilogue), 87, 2);
    INFO(status.error().message());
    CHECK(status.ok());
  }
}

TEST_CASE("layers that move are timed and equal the reference") {
  const auto device = cuda::create_emulated_device();
  const auto layers = moving_layers();
  REQUIRE(layers.size() == 7);
  for (const MovingLayer& layer : layers) {
    CAPTURE(layer.layer, layer.kernel->name);
    const auto work = make_moving_layer(*device, layer, 2);
    REQUIRE(work.ok());
    const auto stream = device->create_stream();
    REQUIRE(stream.ok());
    CHECK_FALSE((*work)->check(**stream).ok());
    REQUIRE((*work)->launch(**stream).ok());
    const Status status = (*work)->check(**stream);
    INFO(status.error().message());
    CHECK(status.ok());
  }
  const auto list = list_device_benchmarks(*device, {}, {1, 4}, {});
  REQUIRE(list.size() == 14);
  CHECK(list[1].layer == "resnet18/add56@4");
  CHECK(list[1].name == "add_s8__packets");
  CHECK(list[0].make().ok());
}

TEST_CASE("a wrong result is told") {
  const auto device = cuda::create_emulated_device();
  const ConvolutionShape shape = small_shape();
  const auto work = make_device_convolution(*device, *device_rows(shape, 87).front(), shape, 2);
  REQUIRE(work.ok());
  const auto stream = device->create_stream();
  REQUIRE(stream.ok());
  const Status never_launched = (*work)->check(**stream);
  CHECK_FALSE(never_launched.ok());
  CHECK(std::string(never_launched.error().message()).find("differs") != std::string::npos);
}

TEST_CASE("too little memory for a batch is an error that says so") {
  const auto device = cuda::create_emulated_device({87, std::size_t{1} << 16});
  const ConvolutionShape shape = small_shape();
  const auto work = make_device_convolution(*device, *device_rows(shape, 87).front(), shape, 4096);
  REQUIRE_FALSE(work.ok());
  CHECK(work.error().code() == ErrorCode::out_of_memory);
}

TEST_CASE("more images than the kernels count are refused") {
  const auto device = cuda::create_emulated_device();
  ConvolutionShape shape = small_shape();
  shape.problem.input_height = shape.problem.output_height = 60'000;
  const auto work = make_device_convolution(*device, *device_rows(shape, 87).front(), shape, 60'000);
  REQUIRE_FALSE(work.ok());
  CHECK(work.error().code() == ErrorCode::invalid_argument);
}

TEST_CASE("every layer and batch has libraries first, then the rows of its tables") {
  const auto device = cuda::create_emulated_device();
  const Library everything = {
      "everything", "1", [](const ConvolutionProblem&) { return true; },
      [](const ConvolutionProblem&, int) -> MadeWork { return Error(ErrorCode::unsupported, "not here"); }};
  Library nothing = everything;
  nothing.name = "nothing";
  nothing.accepts = [](const ConvolutionProblem&) { return false; };
  const std::vector<Library> libraries = {everything, nothing};
  const std::vector<ConvolutionShape> shapes = {
      small_shape(), small_floats("convolution_f32_f32", ConvolutionEpilogue::affine_f32)};
  const auto list = list_device_benchmarks(*device, shapes, {1, 4}, libraries);
  CHECK(convolution_names(list) ==
        std::vector<std::string>{"net/c1@1/everything", "net/c1@1/convolution_s8_s8__bytes32",
                                 "net/c1@4/everything", "net/c1@4/convolution_s8_s8__bytes32",
                                 "net/floats@1/everything", "net/floats@1/convolution_f32_f32__threads",
                                 "net/floats@4/everything", "net/floats@4/convolution_f32_f32__threads"});
  CHECK(list[0].of_library);
  CHECK_FALSE(list[1].of_library);
  CHECK(list[1].instruction == "IMMA.16832");
  CHECK(list[3].products == 4 * list[1].products);
  CHECK(list[1].products == 6.0 * 5 * 16 * 16 * 9);
  CHECK_FALSE(list[0].make().ok());
  CHECK(list[1].make().ok());
}

TEST_CASE("two tables of one layer share its libraries") {
  const auto device = cuda::create_emulated_device();
  ConvolutionShape halves = small_floats("convolution_f16_f16", ConvolutionEpilogue::affine_f16);
  halves.layer = "c1";
  const auto list = list_device_benchmarks(*device, {small_shape(), halves}, {1}, {});
  CHECK(convolution_names(list) == std::vector<std::string>{"net/c1@1/convolution_s8_s8__bytes32",
                                                            "net/c1@1/convolution_f16_f16__halves16"});
}

TEST_CASE("of a library's choices the fastest that runs is taken") {
  const auto device = cuda::create_emulated_device();
  const auto memory = device->allocate(std::size_t{1} << 22, "a test");
  REQUIRE(memory.ok());
  const auto launch = [&](int choice, cuda::Stream& stream) -> Status {
    if (choice == 0) return Error(ErrorCode::unsupported, "refused");
    return stream.clear(memory->get(), choice == 2 ? 64 : std::size_t{1} << 22);
  };
  const Choice fastest = fastest_choice(*device, 4, launch);
  CHECK(fastest.number == 2);
  CHECK(fastest.seconds > 0.0);
  CHECK(fastest_choice(*device, 1, launch).number == -1);
}

TEST_CASE("libraries' tensors are full of numbers within their range") {
  const auto device = cuda::create_emulated_device();
  const auto codes = random_device_memory(*device, 20'000'000, LibraryType::s8);
  REQUIRE(codes.ok());
  bool zeros = true, smallest = false;
  for (int i = 19'000'000; i < 20'000'000; ++i) {
    const auto code = static_cast<signed char>(codes->get()[i]);
    zeros = zeros && code == 0;
    smallest = smallest || code == -128;
  }
  CHECK_FALSE(zeros);
  CHECK_FALSE(smallest);
  const auto halves = random_device_memory(*device, 1000, LibraryType::f16);
  REQUIRE(halves.ok());
  std::uint16_t bits = 0;
  std::memcpy(&bits, halves->get() + 1998, 2);
  CHECK((bits & 0x7fff) <= 0x3c00);  // 1.0
}

TEST_CASE("GPUs are named by number") {
  CHECK(*gpu_number("cuda") == 0);
  CHECK(*gpu_number("cuda:3") == 3);
  CHECK_FALSE(gpu_number("cuda:sm_87").ok());
  CHECK_FALSE(gpu_number("cpu").ok());
  CHECK_FALSE(gpu_number("gpu").ok());
}
