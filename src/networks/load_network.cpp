#include "networks/load_network.h"

#include "core/error.h"
#include "core/number_text.h"
#include "networks/backbone.h"
#include "networks/build_binary_network.h"
#include "networks/cut_at_layer.h"
#include "networks/heads/attach_head.h"
#include "networks/import_tflite.h"
#include "networks/load_backbone.h"
#include "networks/named_tensors.h"
#include "networks/network.h"
#include "networks/training_settings.h"

namespace bitplace {
namespace {

// The binary networks: pixel / 255 resized as their authors did.
Preprocessing binary_preprocessing(const Graph& graph) {
  const Shape& shape = graph.values[static_cast<std::size_t>(graph.input)].shape;
  Preprocessing p;
  p.height = static_cast<std::int32_t>(shape[1]);
  p.width = static_cast<std::int32_t>(shape[2]);
  p.channels = static_cast<std::int32_t>(shape[3]);
  p.value_scale = 1.0f / kPixelDivisor;
  return p;
}

// What only real-valued networks leave open.
Status check_fixed(const NetworkOptions& options, const Graph& graph) {
  const Shape& shape = graph.values[static_cast<std::size_t>(graph.input)].shape;
  if (!options.head.empty() && options.head != head_name(HeadKind::flatten)) {
    return make_error(ErrorCode::invalid_argument, "--head " + options.head,
                      "heads need real-valued features, and this network's are integers");
  }
  if (options.gem_p || !options.pool_norm.empty() || options.grid) {
    return make_error(ErrorCode::invalid_argument, "--gem-p, --pool-norm, --grid",
                      "this network has no head to set");
  }
  if (options.height.value_or(shape[1]) == shape[1] && options.width.value_or(shape[2]) == shape[2])
    return {};
  return make_error(ErrorCode::invalid_argument, "--input-size",
                    "this network takes " + std::to_string(shape[1]) + "x" + std::to_string(shape[2]));
}

Result<LoadedNetwork> binary_network(const std::string& name, Graph graph, std::optional<double> epsilon,
                                     std::vector<std::string> notes, const NetworkOptions& options) {
  BITPLACE_TRY(check_fixed(options, graph));
  LoadedNetwork loaded;
  loaded.name = name;
  if (!options.cut.empty()) {
    BITPLACE_ASSIGN(front, cut_at_layer(graph, options.cut));
    graph = std::move(front);
    loaded.cut = options.cut;
  }
  loaded.preprocessing = binary_preprocessing(graph);
  loaded.graph = std::move(graph);
  loaded.epsilon = epsilon;
  loaded.notes = std::move(notes);
  return loaded;
}

// Like its scale, the mean is one number for all channels.
Preprocessing tflite_preprocessing(const ImportedTflite& imported) {
  const Shape& shape = imported.graph.values[static_cast<std::size_t>(imported.graph.input)].shape;
  Preprocessing p = image_net_preprocessing(shape[1], shape[2]);
  if (!imported.scaling) return p;
  p.mean.fill(static_cast<float>(imported.scaling->mean));
  p.standard_deviation.fill(static_cast<float>(imported.scaling->deviation));
  return p;
}

Result<LoadedNetwork> load_real_tflite(const TfliteModel& model, const NetworkOptions& options) {
  if (!options.cut.empty()) {
    return make_error(ErrorCode::invalid_argument, "--cut",
                      "a TFLite model ends with its last map of more than one pixel");
  }
  BITPLACE_ASSIGN(imported,
                  import_real_tflite(model, {options.height.value_or(0), options.width.value_or(0)}));
  LoadedNetwork loaded;
  loaded.name = imported.network.empty() ? "custom" : imported.network;
  if (!options.network.empty() && options.network != loaded.name) {
    return make_error(ErrorCode::mismatch, "--network " + options.network,
                      "the layers are those of " + loaded.name);
  }
  loaded.real_valued = true;
  loaded.preprocessing = tflite_preprocessing(imported);
  if (!imported.scaling)
    imported.notes.emplace_back("the file does not say how pixels are scaled: as ImageNet's are");
  loaded.graph = std::move(imported.graph);
  loaded.notes = std::move(imported.notes);
  BITPLACE_TRY(attach_bare_head(options, &loaded));
  return loaded;
}

Result<LoadedNetwork> load_tflite(const TfliteModel& model, const NetworkOptions& options) {
  if (options.epsilon) {
    return make_error(
        ErrorCode::invalid_argument, "--bn-eps",
        "a TFLite model holds its batch-norms as factors and offsets: there is no epsilon to set");
  }
  if (!is_larq_model(model)) return load_real_tflite(model, options);
  BITPLACE_ASSIGN(graph, import_tflite(model));
  const std::string recognised = recognise_network(graph);
  const std::string name = recognised.empty() ? "custom" : recognised;
  if (!options.network.empty() && options.network != name) {
    return make_error(ErrorCode::mismatch, "--network " + options.network,
                      recognised.empty() ? "the layers are those of no network that is known"
                                         : "the layers are those of " + recognised);
  }
  std::vector<std::string> notes = {
      recognised.empty() ? "no known network has these layers: converted operator by operator as 'custom'"
                         : "recognised as " + recognised + " by its layers"};
  return binary_network(name, std::move(graph), std::nullopt, std::move(notes), options);
}

Result<LoadedNetwork> build(const BinaryNetwork& network, const TensorCheckpoint& tensors,
                            const NetworkOptions& options) {
  const double epsilon = options.epsilon.value_or(kTorchBatchNormEpsilon);
  BITPLACE_ASSIGN(built, build_binary_network(network, tensors, epsilon));
  built.notes.push_back("batch-norm epsilon " + number_text(epsilon) +
                        (options.epsilon ? " as given" : ", the default: the checkpoint does not hold it"));
  return binary_network(network.name, std::move(built.graph), epsilon, std::move(built.notes), options);
}

Result<const BinaryNetwork*> choose_network(const std::string& name) {
  const BinaryNetwork* network = find_binary_network(name);
  if (network != nullptr) return network;
  return make_error(ErrorCode::invalid_argument, "--network " + name,
                    "unknown; known are " + list_names(network_names()));
}

Result<LoadedNetwork> load_tensors(const TensorCheckpoint& tensors, const NetworkOptions& options) {
  BITPLACE_ASSIGN(real_valued, load_backbone(tensors, options));
  if (real_valued) return *std::move(real_valued);
  if (!options.network.empty()) {
    BITPLACE_ASSIGN(network, choose_network(options.network));
    return build(*network, tensors, options);
  }
  const BinaryNetwork* network = recognise_binary_network(tensors);
  if (network == nullptr) {
    return make_error(ErrorCode::unsupported, "parameters",
                      "these names belong to no network that is known (" + list_names(network_names()) + ")");
  }
  BITPLACE_ASSIGN(loaded, build(*network, tensors, options));
  std::string note = std::string("recognised as ") + network->name + " by its parameters' names";
  if (loaded.name == "floppynet")
    note += "; shallownet has the same and pads with 0: say --network shallownet if it is that";
  loaded.notes.insert(loaded.notes.begin(), note);
  return loaded;
}

// What the checkpoint says of itself stands for what the options leave open.
Result<LoadedNetwork> load_trained(const TensorCheckpoint& tensors, const NetworkOptions& options) {
  BITPLACE_ASSIGN(settings, read_training_settings(tensors));
  if (!settings) return load_tensors(tensors, options);
  BITPLACE_ASSIGN(loaded, load_tensors(tensors, completed(options, *settings)));
  set_preprocessing(*settings, &loaded.preprocessing);
  loaded.credit = settings->credit;
  loaded.notes.insert(loaded.notes.begin(),
                      "trained as " + settings->network + " by vprtrain, which says so");
  return loaded;
}

}  // namespace

Result<LoadedNetwork> load_network(const Checkpoint& checkpoint, const NetworkOptions& options) {
  const auto* tflite = std::get_if<TfliteModel>(&checkpoint.contents);
  Result<LoadedNetwork> loaded = tflite != nullptr
                                     ? load_tflite(*tflite, options)
                                     : load_trained(std::get<TensorCheckpoint>(checkpoint.contents), options);
  if (!loaded.ok()) return with_context(loaded.error(), checkpoint.path);
  return loaded;
}

Result<LoadedNetwork> random_network(const std::string& name, std::uint64_t seed,
                                     const NetworkOptions& options) {
  Result<LoadedNetwork> loaded = [&]() -> Result<LoadedNetwork> {
    if (const Backbone* backbone = find_backbone(name)) return random_backbone(*backbone, seed, options);
    BITPLACE_ASSIGN(network, choose_network(name));
    return build(*network, random_parameters(*network, seed), options);
  }();
  if (!loaded.ok()) return loaded;
  loaded->notes.insert(loaded->notes.begin(),
                       "random weights of seed " + std::to_string(seed) + ": this network was never trained");
  return loaded;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const BinaryNetwork& network : binary_networks())
    names.emplace_back(network.name);
  for (const auto* list : {&residual_backbones(), &backbones()}) {
    for (const Backbone& backbone : *list)
      names.emplace_back(backbone.name);
  }
  return names;
}

}  // namespace bitplace
