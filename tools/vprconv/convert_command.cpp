#include <cmath>
#include <cstdio>
#include <filesystem>

#include "bitplace/model.h"
#include "bitplace/version.h"
#include "checkpoint/checkpoint.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/file.h"
#include "format/model_file.h"
#include "graph/text_dump.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"
#include "networks/load_network.h"
#include "networks/network.h"
#include "vprconv/commands.h"
#include "vprconv/decisions.h"
#include "vprconv/descriptor_choice.h"
#include "vprconv/verify.h"

namespace bitplace::tools {
namespace {

namespace fs = std::filesystem;

struct ConvertOptions {
  std::string checkpoint, output, network, head = "flatten";
  std::optional<std::uint64_t> random_seed;
  std::string descriptor = "f32", calibrate, preprocess = "bilinear-opencv", channel_order = "rgb";
  std::optional<double> epsilon;
  std::string verify, dump_passes, json;
};

struct Source {
  LoadedNetwork network;
  std::vector<std::pair<std::string, std::string>> metadata;
};

std::string number_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

// A loaded checkpoint; its tensors are gone once the graph is built.
Result<Source> load_source(const ConvertOptions& options) {
  NetworkOptions network_options;
  network_options.network = options.network;
  network_options.epsilon = options.epsilon;
  if (options.random_seed) {
    BITPLACE_ASSIGN(network, random_network(options.network, *options.random_seed, network_options));
    return Source{std::move(network),
                  {{"weights", "random, seed " + std::to_string(*options.random_seed) + ", never trained"}}};
  }
  BITPLACE_ASSIGN(checkpoint, read_checkpoint(options.checkpoint));
  BITPLACE_ASSIGN(network, load_network(checkpoint, network_options));
  return Source{std::move(network),
                {{"source", fs::path(options.checkpoint).filename().string()},
                 {"source_format", checkpoint.format},
                 {"source_bytes", std::to_string(checkpoint.file_bytes)},
                 {"source_xxh128", to_hex(checkpoint.file_hash)}}};
}

Result<Preprocessing> preprocessing_of(const ConvertOptions& options, const Graph& graph) {
  const Shape& shape = value_at(graph, graph.input).shape;
  Preprocessing p;
  p.height = static_cast<std::int32_t>(shape[1]);
  p.width = static_cast<std::int32_t>(shape[2]);
  p.channels = static_cast<std::int32_t>(shape[3]);
  p.channel_order = options.channel_order == "bgr" ? ChannelOrder::bgr : ChannelOrder::rgb;
  p.value_scale = 1.0f / kPixelDivisor;
  if (!resize_rule_from_name(options.preprocess, &p.resize))
    return make_error(ErrorCode::invalid_argument, "--preprocess " + options.preprocess, "unknown");
  return p;
}

// Graphs after each pass, numbered in order, as text files.
class PassDumps {
 public:
  explicit PassDumps(std::string folder) : folder_(std::move(folder)) {}

  Status prepare() const {
    if (folder_.empty()) return {};
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return make_error(ErrorCode::io, folder_, "create folder", error.message());
    return {};
  }
  void write(const char* pass, const Graph& graph) {
    if (folder_.empty() || !status_.ok()) return;
    const std::string text = dump_graph(graph);
    const std::string path = (fs::path(folder_) / (std::to_string(count_++) + "_" + pass + ".txt")).string();
    status_ = write_file(path, std::as_bytes(std::span(text)));
  }
  const Status& status() const { return status_; }

 private:
  std::string folder_;
  int count_ = 0;
  Status status_;
};

struct Conversion {
  ModelContents model;
  DescriptorChoice descriptor;
};

Result<Conversion> convert_network(const ConvertOptions& options, const Source& source) {
  Conversion conversion;
  ModelContents& model = conversion.model;
  model.network = source.network.name;
  BITPLACE_ASSIGN(preprocessing, preprocessing_of(options, source.network.graph));
  model.preprocessing = preprocessing;

  LoweringOptions lowering;
  lowering.input_divisor = kPixelDivisor;
  const DataType type = options.descriptor == "s8"     ? DataType::s8
                        : options.descriptor == "bits" ? DataType::b1
                                                       : DataType::f32;
  BITPLACE_ASSIGN(plain, lower(source.network.graph, lowering));
  model.graph = std::move(plain);
  BITPLACE_ASSIGN(descriptor, choose_descriptor(type, options.calibrate, model));
  conversion.descriptor = std::move(descriptor);

  PassDumps dumps(options.dump_passes);
  BITPLACE_TRY(dumps.prepare());
  lowering.descriptor = conversion.descriptor.encoding;
  lowering.observe = [&](const char* pass, const Graph& graph) { dumps.write(pass, graph); };
  BITPLACE_ASSIGN(lowered, lower(source.network.graph, lowering));
  BITPLACE_TRY(dumps.status());
  model.graph = std::move(lowered);

  model.metadata = source.metadata;
  model.metadata.emplace_back("converter", "vprconv " BITPLACE_VERSION_STRING);
  if (source.network.epsilon)
    model.metadata.emplace_back("batch_norm_epsilon", number_text(*source.network.epsilon));
  model.metadata.emplace_back("head", options.head);
  model.metadata.emplace_back("descriptor", conversion.descriptor.text);
  return conversion;
}

void print_decisions(const std::vector<Decision>& decisions) {
  TextTable table({{"layer"}, {"as trained"}, {"in the model"}});
  for (const Decision& decision : decisions)
    table.add_row({decision.layer, decision.trained, decision.became});
  std::printf("\n%s\n", table.text().c_str());
}

void print_report(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                  const std::vector<Decision>& decisions, const Model& written) {
  const Preprocessing& p = conversion.model.preprocessing;
  std::printf("network: %s\n", source.network.name.c_str());
  for (const std::string& note : source.network.notes)
    std::printf("  %s\n", note.c_str());
  std::printf("input: %dx%d %s, resized by %s, pixel / %g\n", p.width, p.height,
              channel_order_name(p.channel_order), resize_rule_name(p.resize),
              static_cast<double>(kPixelDivisor));
  std::printf("descriptor: %s\n", conversion.descriptor.text.c_str());
  print_decisions(decisions);
  std::printf("wrote %s: %s, identity %s\n", options.output.c_str(),
              bytes_text(static_cast<double>(written.file_bytes())).c_str(), written.identity().c_str());
}

Json report_json(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                 const std::vector<Decision>& decisions, const Model& written) {
  Json layers = Json::array();
  for (const Decision& decision : decisions) {
    layers.push_back(
        {{"layer", decision.layer}, {"as_trained", decision.trained}, {"in_the_model", decision.became}});
  }
  Json metadata = Json::object();
  for (const auto& [key, value] : conversion.model.metadata)
    metadata[key] = value;
  const Preprocessing& p = conversion.model.preprocessing;
  const DescriptorSpec& spec = written.descriptor_spec();
  Json descriptor = {{"type", descriptor_type_name(spec.type)},
                     {"dimension", spec.dimension},
                     {"bytes", spec.bytes()},
                     {"decision", conversion.descriptor.text}};
  if (spec.type == DescriptorType::s8) descriptor["scale"] = conversion.descriptor.encoding.scale;
  return {{"model", options.output},
          {"bytes", written.file_bytes()},
          {"identity", written.identity()},
          {"network", source.network.name},
          {"notes", source.network.notes},
          {"preprocessing",
           {{"height", p.height},
            {"width", p.width},
            {"resize", resize_rule_name(p.resize)},
            {"channel_order", channel_order_name(p.channel_order)}}},
          {"descriptor", descriptor},
          {"layers", layers},
          {"metadata", metadata}};
}

Status check_output(const ConvertOptions& options) {
  std::error_code ignored;
  if (!options.checkpoint.empty() && fs::equivalent(options.checkpoint, options.output, ignored))
    return make_error(ErrorCode::invalid_argument, options.output, "output", "is the checkpoint itself");
  return {};
}

Status run(const ConvertOptions& options) {
  BITPLACE_TRY(check_output(options));
  BITPLACE_ASSIGN(source, load_source(options));
  const std::string origin = options.random_seed ? "random network" : options.checkpoint;
  Result<Conversion> conversion = convert_network(options, source);
  if (!conversion.ok()) return with_context(conversion.error(), origin);

  // The model is verified before it is written: a file that appears has passed.
  std::optional<Verification> verification;
  if (!options.verify.empty()) {
    BITPLACE_ASSIGN(verified, verify(source.network.graph, kPixelDivisor, conversion->model,
                                     conversion->descriptor.encoding, options.verify));
    verification = verified;
    if (const Status status = verification_status(verified); !status.ok())
      return with_context(status.error(), origin);
  }
  BITPLACE_TRY(write_model(options.output, conversion->model));
  BITPLACE_ASSIGN(written, Model::open(options.output.c_str()));

  const std::vector<Decision> decisions = lowering_decisions(source.network.graph, conversion->model.graph);
  print_report(options, source, *conversion, decisions, written);
  if (verification) print_verification(*verification, conversion->descriptor.encoding);
  if (options.json.empty()) return {};
  Json json = report_json(options, source, *conversion, decisions, written);
  if (verification) json["verify"] = verification_json(*verification, conversion->descriptor.encoding);
  return write_json(options.json, json);
}

// What only the whole command line can tell.
void check_combination(const ConvertOptions& options) {
  if (options.checkpoint.empty() && !options.random_seed)
    throw CLI::RequiredError("a checkpoint or --random SEED");
  if (!options.checkpoint.empty() && options.random_seed)
    throw CLI::ValidationError("--random", "makes a network without a checkpoint: give one or the other");
  if (options.random_seed && options.network.empty())
    throw CLI::ValidationError("--random", "needs --network");
  if (!options.calibrate.empty() && options.descriptor == "f32")
    throw CLI::ValidationError("--calibrate",
                               "an f32 descriptor has nothing to calibrate: add --descriptor s8 or bits");
  if (options.epsilon && !(*options.epsilon >= 0.0 && std::isfinite(*options.epsilon)))
    throw CLI::ValidationError("--bn-eps", "must be a number of at least 0");
}

}  // namespace

void add_convert(Program& program) {
  const auto options = std::make_shared<ConvertOptions>();
  CLI::App& command = program.add_command(
      "convert", "Turns a checkpoint (Larq TFLite, LibTorch archive, ...) into a .vpr model",
      [options] { return run(*options); });
  command.parse_complete_callback([options] { check_combination(*options); });
  command.add_option("checkpoint", options->checkpoint, "The trained network");
  command.add_option("-o,--output", options->output, "The model to write")->required();
  command.add_option("--network", options->network, "Which network it is; recognised where it can be")
      ->check(CLI::IsMember(network_names()));
  command.add_option("--head", options->head, "What turns features into a descriptor")
      ->check(CLI::IsMember({"flatten"}))
      ->capture_default_str();
  command.add_option("--random", options->random_seed,
                     "Instead of a checkpoint: weights drawn at random from this seed, never trained");
  command.add_option("--descriptor", options->descriptor, "Type of the descriptor")
      ->check(CLI::IsMember({"f32", "s8", "bits"}))
      ->capture_default_str();
  command.add_option("--calibrate", options->calibrate,
                     "Images that set the s8 scale or the bits' thresholds: a folder, or a CSV file with a "
                     "column 'path'");
  command.add_option("--preprocess", options->preprocess, "How images are resized")
      ->check(CLI::IsMember({"bilinear-opencv", "nearest"}))
      ->capture_default_str();
  command
      .add_option("--channel-order", options->channel_order, "Order in which the network takes the channels")
      ->check(CLI::IsMember({"rgb", "bgr"}))
      ->capture_default_str();
  command.add_option("--bn-eps", options->epsilon,
                     "Epsilon of the batch-norms, which LibTorch archives do not hold");
  command.add_option("--verify", options->verify,
                     "Compare the trained network with the model on the images of this folder");
  command.add_option("--dump-passes", options->dump_passes,
                     "Write the graph after each lowering pass as text into this folder");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
