#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "checkpoint/checkpoint.h"
#include "checkpoint/tflite_file.h"
#include "networks/import_tflite.h"
#include "support/random.h"
#include "support/test_data.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

namespace {

std::int64_t option(const TfliteOperator& op, const std::string& name) {
  for (const auto& [key, value] : op.options) {
    if (key == name) return value;
  }
  FAIL("no option " << name << " in " << op.name);
  return 0;
}

std::string error_of(const TfliteFile& file) {
  const Result<Checkpoint> result = parse_checkpoint("small.tflite", to_bytes(file));
  return result.ok() ? "no error" : result.error().message();
}

std::string error_after(const std::function<void(TfliteFile&)>& change) {
  TfliteFile file = small_tflite_file();
  change(file);
  return error_of(file);
}

}  // namespace

TEST_CASE("a TFLite file becomes tensors and operators") {
  const std::vector<std::byte> bytes = to_bytes(small_tflite_file());
  const Result<Checkpoint> checkpoint = parse_checkpoint("small.tflite", bytes);
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->format == "TFLite");
  CHECK(checkpoint->file_bytes == bytes.size());
  CHECK(checkpoint->file_hash == hash128(bytes.data(), bytes.size()));
  const auto& model = std::get<TfliteModel>(checkpoint->contents);
  REQUIRE(model.tensors.size() == 9);
  CHECK(model.tensors[1].name == "weight");
  CHECK(model.tensors[1].shape == std::vector<std::int64_t>{2, 1, 1, 1});
  CHECK(to_f32(model.tensors[1]) == std::vector<float>{1.0f, -1.0f});
  CHECK(model.tensors[0].data.empty());
  CHECK(model.tensors[8].type == CheckpointType::s8);
  CHECK(model.tensors[8].scale == std::vector<float>{0.5f, 0.25f});
  CHECK(model.tensors[8].zero_point == std::vector<std::int64_t>{0, -3});
  REQUIRE(model.operators.size() == 4);
  CHECK(model.operators[0].name == "CONV_2D");
  CHECK(option(model.operators[0], "stride_w") == 2);
  CHECK(option(model.operators[0], "dilation_h_factor") == 1);
  CHECK(model.operators[1].name == "LceQuantize");
  CHECK(model.operators[2].name == "LceBconv2d");
  CHECK(model.operators[2].inputs == std::vector<std::int32_t>{4, 5, -1, -1, -1});
  CHECK(option(model.operators[2], "channels_in") == 2);
  CHECK(option(model.operators[2], "pad_values") == 1);
  CHECK(option(model.operators[3], "filter_height") == 3);
  CHECK(model.inputs == std::vector<std::int32_t>{0});
  CHECK(model.outputs == std::vector<std::int32_t>{7});
}

TEST_CASE("scales beside real numbers are passed over") {
  TfliteFile file = small_tflite_file();
  file.tensors[1].scale = {0.25f};
  file.tensors[1].zero_point = {7};
  const Result<Checkpoint> checkpoint = parse_checkpoint("small.tflite", to_bytes(file));
  REQUIRE(checkpoint.ok());
  const TfliteTensor& weight = std::get<TfliteModel>(checkpoint->contents).tensors[1];
  CHECK(weight.scale.empty());
  CHECK(to_f32(weight) == std::vector<float>{1.0f, -1.0f});
}

TEST_CASE("the small real-valued file is one that can be imported") {
  const Result<Checkpoint> checkpoint = parse_checkpoint("real.tflite", to_bytes(small_real_tflite_file()));
  INFO(checkpoint.error().message());
  REQUIRE(checkpoint.ok());
  const Result<ImportedTflite> imported = import_real_tflite(std::get<TfliteModel>(checkpoint->contents));
  INFO(imported.error().message());
  REQUIRE(imported.ok());
  CHECK(imported->graph.nodes.size() == 7);
}

TEST_CASE("a contradictory TFLite file is refused with the place and the reason") {
  const auto conv2 = [](TfliteFile& file) -> TfliteFileOperator& { return file.operators[2]; };
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].shape[0] = 3; }),
             Contains("small.tflite: tensor 1 \"weight\": 8 bytes of data, its shape and type need 12"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].shape.assign(8, 0x7fffffff); }),
             Contains("overflows"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].shape.assign(9, 1); }), Contains("9 dimensions"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[0].shape[1] = -1; }), Contains("dimension of -1"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].buffer = 1000; }),
             Contains("buffer 1000 does not exist"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].type = 8; }),
             Contains("COMPLEX64 is not supported"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].type = 99; }), Contains("99 is not supported"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[1].sparse = true; }), Contains("sparse"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[8].quantized_dimension = 1; }),
             Contains("scales along"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[8].quantized_dimension = -1; }),
             Contains("scales along"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[8].zero_point.pop_back(); }),
             Contains("1 zero points"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.tensors[8].scale[0] = INFINITY; }), Contains("not finite"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.operators[0].inputs[1] = 9; }),
             Contains("operator 0 (CONV_2D): tensor 9 does not exist"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.operators[0].inputs[1] = -2; }), Contains("tensor -2"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.operators[0].outputs[0] = -1; }), Contains("tensor -1"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.operators[0].code = 4; }), Contains("operator code 4"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.codes[1].custom_name.clear(); }),
             Contains("without a usable name"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.inputs[0] = -1; }), Contains("inputs: tensor -1"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.outputs[0] = 9; }), Contains("outputs: tensor 9"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.version = 2; }), Contains("only 3"));
  CHECK_THAT(error_after([](TfliteFile& f) { f.subgraphs = 2; }), Contains("exactly one subgraph"));
  CHECK_THAT(error_after([&](TfliteFile& f) { conv2(f).raw_custom_options = "none"; }),
             Contains("operator 2 (LceBconv2d)"));
  CHECK_THAT(error_after([&](TfliteFile& f) { conv2(f).raw_custom_options = std::string("\5\4\1", 3); }),
             Contains("not a map"));
  CHECK_THAT(error_after([&](TfliteFile& f) { conv2(f).raw_custom_options.assign(5000, 'x'); }),
             Contains("too large"));
}

TEST_CASE("an operator that is not known by name keeps its number") {
  TfliteFile file = small_tflite_file();
  file.codes[3].code = 107;
  const Result<Checkpoint> checkpoint = parse_checkpoint("small.tflite", to_bytes(file));
  REQUIRE(checkpoint.ok());
  CHECK(std::get<TfliteModel>(checkpoint->contents).operators[3].name == "builtin operator 107");
}

TEST_CASE("tensors that share one buffer many times do not multiply its size without bound") {
  TfliteFile file = small_tflite_file();
  file.tensors[1] = {"weight", 3, {100000}, std::vector<std::uint8_t>(100000), {}, {}, 0, false, -1};
  for (int i = 0; i < 20; ++i)
    file.tensors.push_back({"again", 3, {100000}, {}, {}, {}, 0, false, 2});
  CHECK_THAT(error_of(file), Contains("shared by too many"));
  file.tensors.resize(file.tensors.size() - 14);
  CHECK(error_of(file) == "no error");
}

TEST_CASE("every truncation of a TFLite file is an error or a valid model, never more") {
  const std::vector<std::byte> bytes = to_bytes(small_tflite_file());
  std::size_t refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    refused += !parse_checkpoint("part.tflite", part).ok();
  }
  CHECK(refused > bytes.size() * 9 / 10);
}

TEST_CASE("random damage to a TFLite file is an error or a valid model, never more") {
  const std::vector<std::byte> bytes = to_bytes(small_tflite_file());
  Random random;
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> damaged = bytes;
    for (std::int64_t flips = random.integer(1, 4); flips > 0; --flips)
      damaged[random.next() % damaged.size()] = static_cast<std::byte>(random.bits());
    const Result<Checkpoint> result = parse_checkpoint("damaged.tflite", damaged);
    if (!result.ok()) {
      ++refused;
      CHECK(std::string(result.error().message()).starts_with("damaged.tflite: "));
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("the published FloppyNet is read") {
  const auto path = test_data("models/floppyNet_places365.tflite", "the published FloppyNet is read");
  if (!path) return;
  const Result<Checkpoint> checkpoint = read_checkpoint(*path);
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->file_bytes == 298988);
  const auto& model = std::get<TfliteModel>(checkpoint->contents);
  std::vector<std::string> names;
  for (const TfliteOperator& op : model.operators)
    names.push_back(op.name);
  CHECK(names == std::vector<std::string>{"CONV_2D", "MAX_POOL_2D", "MUL", "ADD", "LceQuantize", "LceBconv2d",
                                          "MAX_POOL_2D", "MUL", "ADD", "LceQuantize", "LceBconv2d",
                                          "MAX_POOL_2D"});
  const TfliteOperator& conv1 = model.operators[0];
  CHECK(option(conv1, "stride_h") == 4);
  CHECK(option(conv1, "padding") == 1);
  const TfliteTensor& weight = model.tensors[static_cast<std::size_t>(conv1.inputs[1])];
  CHECK(weight.shape == std::vector<std::int64_t>{96, 11, 11, 3});
  CHECK(weight.data.size() == 139392);
  const TfliteOperator& conv2 = model.operators[5];
  CHECK(option(conv2, "channels_in") == 96);
  CHECK(option(conv2, "pad_values") == 1);
  CHECK(option(conv2, "padding") == 0);
  CHECK(option(model.operators[10], "channels_in") == 256);
  CHECK(model.tensors[static_cast<std::size_t>(conv2.inputs[1])].shape ==
        std::vector<std::int64_t>{256, 5, 5, 3});
  CHECK(model.tensors[static_cast<std::size_t>(model.outputs.at(0))].shape ==
        std::vector<std::int64_t>{1, 6, 6, 256});
}

TEST_CASE("a published int8 MobileNetV2 is read with its scales") {
  const auto path =
      test_data("models/tf2_mobilenet_v2_1.0_224_ptq.tflite", "a published int8 MobileNetV2 is read");
  if (!path) return;
  const Result<Checkpoint> checkpoint = read_checkpoint(*path);
  REQUIRE(checkpoint.ok());
  const auto& model = std::get<TfliteModel>(checkpoint->contents);
  const auto conv = std::find_if(model.operators.begin(), model.operators.end(),
                                 [](const TfliteOperator& op) { return op.name == "CONV_2D"; });
  REQUIRE(conv != model.operators.end());
  const TfliteTensor& weight = model.tensors[static_cast<std::size_t>(conv->inputs[1])];
  CHECK(weight.type == CheckpointType::s8);
  CHECK(weight.shape == std::vector<std::int64_t>{32, 3, 3, 3});
  CHECK(weight.scale.size() == 32);
  CHECK(weight.zero_point.size() == 32);
  CHECK(weight.quantized_dimension == 0);
  CHECK(option(*conv, "padding") == 0);
  CHECK(option(*conv, "stride_h") == 2);
  CHECK(option(*conv, "fused_activation_function") == 3);
  CHECK(option(*conv, "dilation_w_factor") == 1);
  std::map<std::string, int> counts;
  for (const TfliteOperator& op : model.operators) {
    ++counts[op.name];
    if (op.name == "DEPTHWISE_CONV_2D") {
      CHECK(option(op, "depth_multiplier") == 1);
      CHECK(option(op, "dilation_h_factor") == 1);
      CHECK(option(op, "fused_activation_function") == 3);
      CHECK(model.tensors[static_cast<std::size_t>(op.inputs[1])].quantized_dimension == 3);
    }
    if (op.name == "ADD") CHECK(option(op, "fused_activation_function") == 0);
    if (op.name == "MEAN") CHECK(option(op, "keep_dims") == 1);
  }
  CHECK(counts == std::map<std::string, int>{{"QUANTIZE", 2},
                                             {"CONV_2D", 36},
                                             {"DEPTHWISE_CONV_2D", 17},
                                             {"ADD", 10},
                                             {"MEAN", 1},
                                             {"RESHAPE", 1},
                                             {"SOFTMAX", 1}});
  const TfliteTensor& image = model.tensors[static_cast<std::size_t>(model.inputs.at(0))];
  CHECK(image.type == CheckpointType::u8);
  CHECK(image.scale.at(0) == Approx(1.0 / 127.5));
  CHECK(image.zero_point.at(0) == 127);
}

TEST_CASE("formats that are known but not read are named") {
  const auto message = [](std::string_view start) {
    std::vector<std::byte> bytes(600);
    std::memcpy(bytes.data(), start.data(), start.size());
    return std::string(parse_checkpoint("f", bytes).error().message());
  };
  using namespace std::string_view_literals;
  CHECK_THAT(message("\x89HDF\r\n\x1a\n"sv), Contains("HDF5"));
  CHECK_THAT(message("MATLAB 5.0 MAT-file"sv), Contains("MATLAB"));
  CHECK_THAT(message(std::string(257, '\1') + "ustar"), Contains("tar archive") && Contains("load and save"));
  CHECK_THAT(message("hello"sv), Contains("first bytes"));
  CHECK_FALSE(parse_checkpoint("f", {}).ok());
  CHECK(read_checkpoint("/nonexistent/file").error().code() == ErrorCode::io);
}
