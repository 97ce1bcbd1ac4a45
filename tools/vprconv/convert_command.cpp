#include <filesystem>

#include "bitplace/model.h"
#include "bitplace/version.h"
#include "checkpoint/checkpoint.h"
#include "core/error.h"
#include "core/file.h"
#include "core/number_text.h"
#include "format/model_file.h"
#include "networks/heads/head.h"
#include "networks/load_network.h"
#include "networks/network.h"
#include "vprconv/commands.h"
#include "vprconv/conversion.h"
#include "vprconv/convert_checks.h"
#include "vprconv/convert_report.h"
#include "vprconv/images.h"
#include "vprconv/pass_dumps.h"
#include "vprconv/verify.h"

namespace bitplace::tools {
namespace {

namespace fs = std::filesystem;

NetworkOptions network_options_of(const ConvertOptions& options) {
  NetworkOptions network;
  network.network = options.network;
  network.epsilon = options.epsilon;
  network.cut = options.cut;
  network.head = options.head;
  network.gem_p = options.gem_p;
  network.pool_norm = options.pool_norm;
  network.variant = options.variant;
  network.activation_quantizer = options.activation_quantizer;
  network.weight_quantizer = options.weight_quantizer;
  network.grid = options.grid;
  if (const std::optional<InputSize> size = parse_input_size(options.input_size)) {
    network.width = size->width;
    network.height = size->height;
  }
  return network;
}

// A loaded checkpoint; its tensors are gone once the graph is built.
Result<Source> read_source(const ConvertOptions& options) {
  const NetworkOptions network_options = network_options_of(options);
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

std::vector<std::string> resize_rule_names() {
  std::vector<std::string> names;
  for (int i = 0; i < kResizeRules; ++i)
    names.emplace_back(resize_rule_name(static_cast<ResizeRule>(i)));
  return names;
}

// With the preprocessing that the command line asks for.
Result<Source> load_source(const ConvertOptions& options) {
  BITPLACE_ASSIGN(source, read_source(options));
  Preprocessing& p = source.network.preprocessing;
  if (options.channel_order == "bgr") p.channel_order = ChannelOrder::bgr;
  if (!options.preprocess.empty() && !resize_rule_from_name(options.preprocess, &p.resize))
    return make_error(ErrorCode::invalid_argument, "--preprocess " + options.preprocess, "unknown");
  return source;
}

Result<Conversion> convert_network(const ConvertOptions& options, const Source& source) {
  PassDumps dumps(options.dump_passes);
  BITPLACE_TRY(dumps.prepare());
  const PassObserver observe = [&](const char* pass, const Graph& graph) { dumps.write(pass, graph); };
  BITPLACE_ASSIGN(conversion, source.network.real_valued ? convert_real(options, source, observe)
                                                         : convert_binary(options, source, observe));
  BITPLACE_TRY(dumps.status());
  auto& metadata = conversion.model.metadata;
  metadata = source.metadata;
  metadata.emplace_back("converter", "vprconv " BITPLACE_VERSION_STRING);
  if (source.network.epsilon)
    metadata.emplace_back("batch_norm_epsilon", number_text(*source.network.epsilon));
  metadata.emplace_back("head", source.network.head);
  if (!source.network.credit.empty()) metadata.emplace_back("credit", source.network.credit);
  if (source.network.real_valued) metadata.emplace_back("precision", options.precision);
  if (conversion.quantization)
    metadata.emplace_back("quantization", conversion.trials[conversion.chosen_trial].name);
  metadata.emplace_back("descriptor", conversion.descriptor.text);
  return conversion;
}

// What would otherwise fail after the work is done.
Status check_files(const ConvertOptions& options) {
  std::error_code ignored;
  if (!options.checkpoint.empty() && fs::equivalent(options.checkpoint, options.output, ignored))
    return make_error(ErrorCode::invalid_argument, options.output, "output", "is the checkpoint itself");
  BITPLACE_TRY(check_writable(options.output));
  if (!options.json.empty()) BITPLACE_TRY(check_writable(options.json));
  for (const std::string& images : {options.calibrate, options.verify}) {
    if (images.empty()) continue;
    BITPLACE_ASSIGN(list, find_images(images, 1));
  }
  return {};
}

Status check_binary_options(const ConvertOptions& options) {
  if (options.precision != "fp32") {
    return make_error(ErrorCode::invalid_argument, "--precision",
                      "a binary network has the precision that it was trained with");
  }
  if (options.descriptor_size)
    return make_error(ErrorCode::invalid_argument, "--descriptor-size", "needs a real-valued network");
  return {};
}

Status run(const ConvertOptions& options) {
  BITPLACE_TRY(check_files(options));
  BITPLACE_ASSIGN(source, load_source(options));
  if (!source.network.real_valued) BITPLACE_TRY(check_binary_options(options));
  const std::string origin = options.random_seed ? "random network" : options.checkpoint;
  Result<Conversion> conversion = convert_network(options, source);
  if (!conversion.ok()) return with_context(conversion.error(), origin);

  // The model is verified before it is written: a file that appears has passed.
  std::optional<Verification> verification;
  if (!options.verify.empty()) {
    BITPLACE_ASSIGN(verified, verify(source, *conversion, options.verify));
    verification = verified;
    if (const Status status = verification_status(verified); !status.ok()) {
      print_verification(verified, conversion->descriptor.encoding);
      return with_context(status.error(), origin);
    }
  }
  BITPLACE_TRY(write_model(options.output, conversion->model));
  BITPLACE_ASSIGN(written, Model::open(options.output.c_str()));

  print_conversion(options, source, *conversion, written);
  if (verification) print_verification(*verification, conversion->descriptor.encoding);
  if (options.json.empty()) return {};
  Json json = conversion_json(options, source, *conversion, written);
  if (verification) json["verify"] = verification_json(*verification, conversion->descriptor.encoding);
  return write_json(options.json, json);
}

}  // namespace

void add_convert(Program& program) {
  const auto options = std::make_shared<ConvertOptions>();
  CommandLine& command = program.add_command(
      "convert", "Turns a checkpoint (PyTorch, TorchScript, safetensors, TFLite, ...) into a .vpr model",
      [options] { return run(*options); });
  command.check_all([options] { check_combination(*options); });
  command.add_option("checkpoint", options->checkpoint, "The trained network");
  command.add_option("-o,--output", options->output, "The model to write")->required();
  command.add_option("--network", options->network, "Which network it is; recognised where it can be")
      ->check(one_of(network_names()));
  command.add_option(
      "--cut", options->cut,
      "Where the network ends: a backbone's cut, or a layer of a binary network (docs/networks.md)");
  command.add_option("--variant", options->variant,
                     "Of a network that has several: paper or code; as the parameters' names tell");
  command.add_option("--activation-quantizer", options->activation_quantizer,
                     "Of a BiResNet's activations, as training had it");
  command.add_option("--weight-quantizer", options->weight_quantizer,
                     "Of a BiResNet's weights, as training had it");
  command
      .add_option("--head", options->head,
                  "What makes a descriptor of the last feature map; recognised where it can be")
      ->check(one_of(head_names()));
  command.add_option("--gem-p", options->gem_p, "GeM's exponent, instead of the checkpoint's")
      ->check(in_range(0.01f, 64.0f));
  command
      .add_option("--pool-norm", options->pool_norm,
                  "Where pooling in front of a linear layer is normalised, if the checkpoint does not tell")
      ->check(one_of({"before", "after", "none"}));
  command.add_option("--grid", options->grid, "Cells of the head convap along each axis, 2 by default")
      ->check(in_range(1, 64));
  command.add_option("--input-size", options->input_size,
                     "WIDTHxHEIGHT that images are resized to; by default the network's own");
  command
      .add_option("--precision", options->precision,
                  "fp32, fp32-ordered (the same bytes on every processor), fp16, int8, w4a8, w4a4, or a JSON "
                  "file that names one for each layer")
      ->show_default();
  command
      .add_option(
          "--calibration", options->calibration_method,
          "How the range of activations is chosen; auto tries all and takes the best on held-out images")
      ->check(one_of({"auto", "min-max", "percentile", "mse", "kl"}))
      ->show_default();
  command
      .add_option(
          "--unsigned-codes", options->unsigned_codes,
          "Whether 8-bit activations that are never negative use all 256 codes between integer layers, "
          "which halves their rounding but takes longer with AVX2; auto: where it helps clearly")
      ->check(one_of({"auto", "always", "never"}))
      ->show_default();
  command.add_flag("--no-equalization", options->no_equalization,
                   "Do not try to equalise the sizes of channels between layers");
  command.add_flag("--no-weight-rounding", options->no_weight_rounding,
                   "Round every weight to the nearest code alone, do not try a filter's weights together");
  command.add_flag("--no-bias-correction", options->no_bias_correction,
                   "Do not try to take the mean error of quantization out of the biases");
  command
      .add_option("--descriptor-size", options->descriptor_size,
                  "Project the descriptor to this many principal components of the calibration images")
      ->check(in_range(std::int64_t{1}, std::int64_t{65536}));
  command.add_flag("--whiten", options->whiten, "Divide each principal component by its deviation");
  command.add_option("--random", options->random_seed,
                     "Instead of a checkpoint: weights drawn at random from this seed, never trained");
  command.add_option("--descriptor", options->descriptor, "Type of the descriptor")
      ->check(one_of({"f32", "s8", "bits"}))
      ->show_default();
  command.add_option("--calibrate", options->calibrate,
                     "Images that set activations' ranges, principal components, the s8 scale or the bits' "
                     "thresholds: a folder, or a CSV file with a column 'path'");
  command
      .add_option("--preprocess", options->preprocess,
                  "How images are resized; by default as the network's authors did")
      ->check(one_of(resize_rule_names()));
  command
      .add_option("--channel-order", options->channel_order, "Order in which the network takes the channels")
      ->check(one_of({"rgb", "bgr"}))
      ->show_default();
  command.add_option("--bn-eps", options->epsilon,
                     "Epsilon of the batch-norms, which PyTorch checkpoints do not hold; 1e-5 by default");
  command.add_option("--verify", options->verify,
                     "Compare the trained network with the model on the images of this folder");
  command.add_option("--dump-passes", options->dump_passes,
                     "Write the graph after each lowering pass as text into this folder");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
