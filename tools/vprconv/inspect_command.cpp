#include <cstdio>
#include <fstream>

#include "bitplace/model.h"
#include "checkpoint/checkpoint.h"
#include "common/json_file.h"
#include "common/text_table.h"
#include "core/error.h"
#include "format/layout.h"
#include "graph/model_contents.h"
#include "lowering/rewrite.h"
#include "vprconv/commands.h"
#include "vprconv/decisions.h"
#include "vprconv/model_cost.h"

namespace bitplace::tools {
namespace {

struct InspectOptions {
  std::string file;
  std::string json;
};

bool is_model_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, sizeof kModelMagic> start{};
  file.read(start.data(), start.size());
  return file.gcount() == static_cast<std::streamsize>(start.size()) &&
         std::equal(start.begin(), start.end(), kModelMagic.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

// Tensors of either kind of checkpoint.
template <typename CheckpointTensors>
Json tensors_json(const CheckpointTensors& tensors) {
  Json rows = Json::array();
  for (const auto& tensor : tensors) {
    rows.push_back({{"name", tensor.name},
                    {"type", checkpoint_type_name(tensor.type)},
                    {"shape", tensor.shape},
                    {"bytes", tensor.data.size()}});
  }
  return rows;
}

template <typename CheckpointTensors>
void print_tensors(const CheckpointTensors& tensors) {
  TextTable table({{"tensor"}, {"type"}, {"shape"}, {"bytes", Align::right}});
  for (const auto& tensor : tensors) {
    table.add_row({tensor.name, checkpoint_type_name(tensor.type), shape_text(tensor.shape),
                   tensor.data.empty() ? "computed" : std::to_string(tensor.data.size())});
  }
  std::printf("%s", table.text().c_str());
}

std::string indices_text(const std::vector<std::int32_t>& indices) {
  std::string text;
  for (const std::int32_t index : indices)
    text += (text.empty() ? "" : " ") + std::to_string(index);
  return text;
}

void print_operators(const TfliteModel& model) {
  TextTable table({{"operator"}, {"reads"}, {"writes"}, {"options"}});
  for (const TfliteOperator& op : model.operators) {
    std::string options;
    for (const auto& [key, value] : op.options)
      options += (options.empty() ? "" : " ") + key + "=" + std::to_string(value);
    table.add_row({op.name, indices_text(op.inputs), indices_text(op.outputs), options});
  }
  std::printf("\n%s", table.text().c_str());
}

Json operators_json(const TfliteModel& model) {
  Json rows = Json::array();
  for (const TfliteOperator& op : model.operators) {
    Json options = Json::object();
    for (const auto& [key, value] : op.options)
      options[key] = value;
    rows.push_back({{"name", op.name}, {"inputs", op.inputs}, {"outputs", op.outputs}, {"options", options}});
  }
  return rows;
}

Result<Json> inspect_checkpoint(const std::string& path) {
  BITPLACE_ASSIGN(checkpoint, read_checkpoint(path));
  std::printf("%s: %s, %s, xxh128 %s\n\n", path.c_str(), checkpoint.format.c_str(),
              bytes_text(static_cast<double>(checkpoint.file_bytes)).c_str(),
              to_hex(checkpoint.file_hash).c_str());
  Json json = {{"file", path},
               {"kind", "checkpoint"},
               {"format", checkpoint.format},
               {"bytes", checkpoint.file_bytes},
               {"xxh128", to_hex(checkpoint.file_hash)}};
  if (const auto* tflite = std::get_if<TfliteModel>(&checkpoint.contents)) {
    print_tensors(tflite->tensors);
    print_operators(*tflite);
    json["tensors"] = tensors_json(tflite->tensors);
    json["operators"] = operators_json(*tflite);
    return json;
  }
  const auto& contents = std::get<TensorCheckpoint>(checkpoint.contents);
  print_tensors(contents.tensors);
  json["tensors"] = tensors_json(contents.tensors);
  for (const UnreadableTensor& tensor : contents.unreadable) {
    std::printf("not read: %s: %s\n", tensor.name.c_str(), tensor.reason.c_str());
    json["not_read"][tensor.name] = tensor.reason;
  }
  return json;
}

// Integers before the descriptor, float steps in one fixed order: nothing depends on the machine.
bool is_byte_identical(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    const DataType input = value_at(graph, node.inputs[0]).type;
    if (node.op == Op::convolution && (input == DataType::f32 || input == DataType::f16)) return false;
  }
  return true;
}

const char* encoding_text(DataType type) {
  return bits_per_element(type) < 8 ? "bits" : "raw";
}

struct LayerText {
  std::string constants;
  std::size_t bytes = 0;
};

LayerText constants_text(const Graph& graph, const Node& node) {
  LayerText layer;
  for (const Parameter& parameter : node.parameters) {
    const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
    layer.constants += (layer.constants.empty() ? "" : ", ") + parameter.role + " " +
                       data_type_name(tensor.type) + " " + to_string(tensor.shape) + " (" +
                       encoding_text(tensor.type) + ")";
    layer.bytes += tensor.data.size();
  }
  return layer;
}

void print_layers(const Graph& graph) {
  TextTable table({{"layer"}, {"operation"}, {"output"}, {"constants"}, {"bytes", Align::right}});
  for (const Node& node : graph.nodes) {
    const LayerText layer = constants_text(graph, node);
    table.add_row({node.name, operation_text(graph, node), value_text(graph, node.output), layer.constants,
                   std::to_string(layer.bytes)});
  }
  std::printf("%s", table.text().c_str());
}

Json layers_json(const Graph& graph) {
  Json rows = Json::array();
  for (const Node& node : graph.nodes) {
    const Value& output = value_at(graph, node.output);
    Json constants = Json::array();
    for (const Parameter& parameter : node.parameters) {
      const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
      constants.push_back({{"role", parameter.role},
                           {"type", data_type_name(tensor.type)},
                           {"shape", to_string(tensor.shape)},
                           {"encoding", encoding_text(tensor.type)},
                           {"bytes", tensor.data.size()}});
    }
    rows.push_back({{"name", node.name},
                    {"operation", operation_text(graph, node)},
                    {"output_type", data_type_name(output.type)},
                    {"output_shape", to_string(output.shape)},
                    {"constants", constants}});
  }
  return rows;
}

Json model_json(const std::string& path, const Model& model) {
  const ModelContents& contents = model.contents();
  const Preprocessing& p = contents.preprocessing;
  const DescriptorSpec& spec = model.descriptor_spec();
  Json metadata = Json::object();
  for (const auto& [key, value] : model.metadata())
    metadata[key] = value;
  return {
      {"file", path},
      {"kind", "model"},
      {"network", model.network()},
      {"bytes", model.file_bytes()},
      {"identity", model.identity()},
      {"preprocessing",
       {{"height", p.height},
        {"width", p.width},
        {"channels", p.channels},
        {"resize", resize_rule_name(p.resize)},
        {"channel_order", channel_order_name(p.channel_order)},
        {"value_scale", p.value_scale},
        {"input_type", data_type_name(p.input_type)},
        {"mean", p.mean},
        {"standard_deviation", p.standard_deviation},
        {"input_scale", p.input_scale}}},
      {"descriptor",
       {{"type", descriptor_type_name(spec.type)}, {"dimension", spec.dimension}, {"bytes", spec.bytes()}}},
      {"byte_identical", is_byte_identical(contents.graph)},
      {"cost", cost_json(model_cost(contents.graph))},
      {"layers", layers_json(contents.graph)},
      {"metadata", metadata}};
}

void print_normalization(const Preprocessing& p) {
  const auto numbers = [](const std::array<float, 3>& values) {
    std::string text;
    for (const float value : values)
      text += (text.empty() ? "" : ", ") + fixed(static_cast<double>(value), 6);
    return text;
  };
  std::printf("       normalised by mean %s and standard deviation %s to %s", numbers(p.mean).c_str(),
              numbers(p.standard_deviation).c_str(), data_type_name(p.input_type));
  if (p.input_type == DataType::s8) std::printf(", one code is %g", static_cast<double>(p.input_scale));
  std::printf("\n");
}

Result<Json> inspect_model(const std::string& path) {
  BITPLACE_ASSIGN(model, Model::open(path.c_str()));
  const ModelContents& contents = model.contents();
  const Preprocessing& p = contents.preprocessing;
  const DescriptorSpec& spec = model.descriptor_spec();
  std::printf("%s: %s model, %s, identity %s\n", path.c_str(), model.network().c_str(),
              bytes_text(static_cast<double>(model.file_bytes())).c_str(), model.identity().c_str());
  std::printf("input: %dx%dx%d %s, resized by %s; one grey level meant %g in training\n", p.height, p.width,
              p.channels, channel_order_name(p.channel_order), resize_rule_name(p.resize),
              static_cast<double>(p.value_scale));
  if (p.input_type != DataType::u8) print_normalization(p);
  std::printf("descriptor: %s, %d dimensions, %zu bytes, %s\n\n", descriptor_type_name(spec.type),
              spec.dimension, spec.bytes(),
              is_byte_identical(contents.graph) ? "byte-identical on every machine"
                                                : "may differ in the last bits between instruction sets");
  print_layers(contents.graph);
  std::printf("\n%s\n\n", cost_text(model_cost(contents.graph)).c_str());
  TextTable metadata({{"metadata"}, {"value"}});
  for (const auto& [key, value] : model.metadata())
    metadata.add_row({key, value});
  std::printf("%s", metadata.text().c_str());
  return model_json(path, model);
}

Status run(const InspectOptions& options) {
  Result<Json> json =
      is_model_file(options.file) ? inspect_model(options.file) : inspect_checkpoint(options.file);
  if (!json.ok()) return json.error();
  if (options.json.empty()) return {};
  return write_json(options.json, *json);
}

}  // namespace

void add_inspect(Program& program) {
  const auto options = std::make_shared<InspectOptions>();
  CommandLine& command = program.add_command(
      "inspect", "Lists a checkpoint's tensors, or a model's layers, preprocessing and identity",
      [options] { return run(*options); });
  command.add_option("file", options->file, "A checkpoint or a .vpr model")->required();
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
