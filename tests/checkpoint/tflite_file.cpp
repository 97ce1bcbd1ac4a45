#include "checkpoint/tflite_file.h"

#include <flatbuffers/flexbuffers.h>

#include <span>

#include "tflite_generated.h"

namespace bitplace::test {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

std::vector<std::uint8_t> f32_bytes(const std::vector<float>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<std::uint8_t> flex_map(const std::vector<std::pair<std::string, int>>& options) {
  flexbuffers::Builder builder;
  builder.Map([&] {
    for (const auto& [key, value] : options)
      builder.Int(key.c_str(), value);
  });
  builder.Finish();
  return builder.GetBuffer();
}

Offset<tflite::Tensor> add_tensor(FlatBufferBuilder* builder, const TfliteFileTensor& from,
                                  std::size_t index) {
  Offset<tflite::QuantizationParameters> quantization;
  if (!from.scale.empty() || !from.zero_point.empty())
    quantization = tflite::CreateQuantizationParameters(*builder, builder->CreateVector(from.scale),
                                                        builder->CreateVector(from.zero_point),
                                                        from.quantized_dimension);
  const Offset<tflite::Unread> sparsity =
      from.sparse ? tflite::CreateUnread(*builder) : Offset<tflite::Unread>();
  const std::uint32_t buffer =
      static_cast<std::uint32_t>(from.buffer >= 0 ? from.buffer : static_cast<std::int64_t>(index) + 1);
  return tflite::CreateTensor(*builder, builder->CreateVector(from.shape),
                              static_cast<tflite::TensorType>(from.type), buffer,
                              builder->CreateString(from.name), quantization, sparsity);
}

Offset<tflite::Operator> add_operator(FlatBufferBuilder* builder, const TfliteFile& file,
                                      const TfliteFileOperator& from) {
  auto type = tflite::BuiltinOptions::NONE;
  Offset<void> options;
  const TfliteFileCode none;
  const TfliteFileCode& code = from.code < file.codes.size() ? file.codes[from.code] : none;
  if (code.old_code == static_cast<int>(tflite::BuiltinOperator::CONV_2D)) {
    type = tflite::BuiltinOptions::Conv2DOptions;
    options = tflite::CreateConv2DOptions(*builder, tflite::Padding::VALID, 2, 2).Union();
  } else if (code.old_code == static_cast<int>(tflite::BuiltinOperator::MAX_POOL_2D)) {
    type = tflite::BuiltinOptions::Pool2DOptions;
    options = tflite::CreatePool2DOptions(*builder, tflite::Padding::VALID, 2, 2, 2, 3).Union();
  } else if (code.old_code == static_cast<int>(tflite::BuiltinOperator::DEPTHWISE_CONV_2D)) {
    type = tflite::BuiltinOptions::DepthwiseConv2DOptions;
    options = tflite::CreateDepthwiseConv2DOptions(*builder, tflite::Padding::VALID, 1, 1, 1,
                                                   tflite::ActivationFunction::RELU6)
                  .Union();
  } else if (code.old_code == static_cast<int>(tflite::BuiltinOperator::MUL)) {
    type = tflite::BuiltinOptions::MulOptions;
    options = tflite::CreateFusedActivationOptions(*builder).Union();
  } else if (code.old_code == static_cast<int>(tflite::BuiltinOperator::ADD)) {
    type = tflite::BuiltinOptions::AddOptions;
    options = tflite::CreateFusedActivationOptions(*builder).Union();
  }
  Offset<flatbuffers::Vector<std::uint8_t>> custom;
  if (!from.custom_options.empty()) custom = builder->CreateVector(flex_map(from.custom_options));
  if (!from.raw_custom_options.empty())
    custom = builder->CreateVector(
        std::vector<std::uint8_t>(from.raw_custom_options.begin(), from.raw_custom_options.end()));
  return tflite::CreateOperator(*builder, from.code, builder->CreateVector(from.inputs),
                                builder->CreateVector(from.outputs), type, options, custom);
}

}  // namespace

TfliteFile small_tflite_file() {
  TfliteFile file;
  file.codes = {{3, 0, ""}, {32, 32, "LceQuantize"}, {32, 0, "LceBconv2d"}, {17, 17, ""}};
  file.tensors = {{"image", 0, {1, 5, 5, 1}, {}, {}, {}, 0, false, 0},
                  {"weight", 0, {2, 1, 1, 1}, f32_bytes({1.0f, -1.0f}), {}, {}, 0, false, -1},
                  {"bias", 0, {2}, f32_bytes({0.0f, 0.0f}), {}, {}, 0, false, -1},
                  {"conv1", 0, {1, 3, 3, 2}, {}, {}, {}, 0, false, 0},
                  {"bits", 2, {1, 3, 3, 1}, {}, {}, {}, 0, false, 0},
                  {"filter", 2, {1, 1, 1, 1}, {3, 0, 0, 0}, {}, {}, 0, false, -1},
                  {"conv2", 0, {1, 3, 3, 1}, {}, {}, {}, 0, false, 0},
                  {"pool", 0, {1, 1, 1, 1}, {}, {}, {}, 0, false, 0},
                  {"int8", 9, {2, 1}, {7, 249}, {0.5f, 0.25f}, {0, -3}, 0, false, -1}};
  file.operators = {{0, {0, 1, 2}, {3}, {}, ""},
                    {1, {3}, {4}, {}, ""},
                    {2, {4, 5, -1, -1, -1}, {6}, {{"channels_in", 2}, {"pad_values", 1}, {"padding", 0}}, ""},
                    {3, {6}, {7}, {}, ""}};
  file.inputs = {0};
  file.outputs = {7};
  return file;
}

TfliteFile small_real_tflite_file() {
  constexpr int kReal = 0, kInteger = 2, kCode = 9, kPixel = 3;
  TfliteFile file;
  file.codes = {{114, 114, ""}, {3, 3, ""},   {34, 34, ""}, {4, 4, ""},  {40, 40, ""},
                {14, 14, ""},   {18, 18, ""}, {0, 0, ""},   {17, 17, ""}};
  const auto computed = [&](const char* name, int type, std::vector<std::int32_t> shape) {
    file.tensors.push_back({name, type, std::move(shape), {}, {}, {}, 0, false, 0});
  };
  const auto constant = [&](const char* name, int type, std::vector<std::int32_t> shape,
                            std::vector<std::uint8_t> data, std::vector<float> scale = {}) {
    const std::vector<std::int64_t> zeros(scale.size(), 0);
    file.tensors.push_back(
        {name, type, std::move(shape), std::move(data), std::move(scale), zeros, 0, false, -1});
  };
  computed("image", kPixel, {1, 9, 9, 3});
  file.tensors[0].scale = {0.0078125f};
  file.tensors[0].zero_point = {127};
  computed("codes", kCode, {1, 9, 9, 3});
  constant("weight", kCode, {2, 1, 1, 3}, {1, 2, 3, 250, 5, 6}, {0.5f, 0.25f});
  constant("bias", kInteger, {2}, {1, 0, 0, 0, 2, 0, 0, 0}, {0.004f, 0.002f});
  computed("conv", kReal, {1, 5, 5, 2});
  constant("amounts", kInteger, {4, 2}, std::vector<std::uint8_t>(32));
  file.tensors.back().data[8] = file.tensors.back().data[20] = 1;
  computed("padded", kReal, {1, 6, 6, 2});
  constant("filter", kReal, {1, 2, 2, 2}, f32_bytes({1, 2, 3, 4, 5, 6, 7, 8}));
  constant("offset", kReal, {2}, f32_bytes({0.5f, -0.5f}));
  computed("depthwise", kReal, {1, 5, 5, 2});
  constant("axes", kInteger, {2}, {1, 0, 0, 0, 2, 0, 0, 0});
  computed("mean", kReal, {1, 1, 1, 2});
  computed("gate", kReal, {1, 1, 1, 2});
  computed("gated", kReal, {1, 5, 5, 2});
  computed("sum", kReal, {1, 5, 5, 2});
  computed("pool", kReal, {1, 2, 2, 2});
  file.operators = {{0, {0}, {1}, {}, ""},       {1, {1, 2, 3}, {4}, {}, ""}, {2, {4, 5}, {6}, {}, ""},
                    {3, {6, 7, 8}, {9}, {}, ""}, {4, {9, 10}, {11}, {}, ""},  {5, {11}, {12}, {}, ""},
                    {6, {9, 12}, {13}, {}, ""},  {7, {13, 4}, {14}, {}, ""},  {8, {14}, {15}, {}, ""}};
  file.inputs = {0};
  file.outputs = {15};
  return file;
}

std::vector<std::byte> to_bytes(const TfliteFile& file) {
  FlatBufferBuilder builder;
  std::vector<Offset<tflite::OperatorCode>> codes;
  for (const TfliteFileCode& code : file.codes)
    codes.push_back(tflite::CreateOperatorCode(
        builder, static_cast<std::int8_t>(code.old_code),
        code.custom_name.empty() ? Offset<flatbuffers::String>() : builder.CreateString(code.custom_name), 1,
        static_cast<tflite::BuiltinOperator>(code.code)));
  std::vector<Offset<tflite::Tensor>> tensors;
  std::vector<Offset<tflite::Buffer>> buffers = {tflite::CreateBuffer(builder)};
  for (const TfliteFileTensor& tensor : file.tensors) {
    tensors.push_back(add_tensor(&builder, tensor, tensors.size()));
    buffers.push_back(tflite::CreateBuffer(builder, builder.CreateVector(tensor.data)));
  }
  std::vector<Offset<tflite::Operator>> operators;
  for (const TfliteFileOperator& op : file.operators)
    operators.push_back(add_operator(&builder, file, op));
  const auto graph =
      tflite::CreateSubGraph(builder, builder.CreateVector(tensors), builder.CreateVector(file.inputs),
                             builder.CreateVector(file.outputs), builder.CreateVector(operators));
  const std::vector<Offset<tflite::SubGraph>> graphs(static_cast<std::size_t>(file.subgraphs), graph);
  const auto model =
      tflite::CreateModel(builder, file.version, builder.CreateVector(codes), builder.CreateVector(graphs),
                          builder.CreateString("small"), builder.CreateVector(buffers));
  tflite::FinishModelBuffer(builder, model);
  const auto bytes = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace bitplace::test
