#include "networks/load_backbone.h"

#include <algorithm>

#include "core/error.h"
#include "networks/backbone.h"
#include "networks/checkpoint_parameters.h"
#include "networks/heads/attach_head.h"
#include "networks/heads/input_size.h"
#include "networks/heads/wrapper_defaults.h"
#include "networks/random_parameters.h"
#include "networks/recognise_parameters.h"

namespace bitplace {
namespace {

// Smaller images leave nothing of the last maps; larger ones cannot be preprocessed.
constexpr std::int64_t kSmallestInput = 32, kLargestInput = 4096;

Result<const BackboneCut*> choose_cut(const Backbone& backbone, const std::string& name) {
  if (const BackboneCut* cut = find_cut(backbone, name)) return cut;
  std::vector<std::string> known;
  for (const BackboneCut& cut : backbone.cuts)
    known.emplace_back(cut.name);
  return make_error(ErrorCode::invalid_argument, "--cut " + name,
                    std::string(backbone.name) + " has " + list_names(known));
}

// The one asked for; or else the deepest that is there, unless the head's parameters are for other channels.
Result<const BackboneCut*> choose_cut(const Backbone& backbone, const NamedTensors& tensors,
                                      const HeadSpec& head, const std::string& name) {
  if (!name.empty()) return choose_cut(backbone, name);
  const BackboneCut& deepest = recognise_cut(backbone, tensors);
  const std::int64_t channels = required_channels(tensors, head).value_or(deepest.channels);
  if (channels == deepest.channels) return &deepest;
  for (const BackboneCut& cut : backbone.cuts) {
    if (cut.channels == channels) return &cut;
  }
  return &deepest;
}

// The size as the user says it, or else as training had it.
Result<Preprocessing> choose_preprocessing(const NetworkOptions& options, const Backbone& backbone,
                                           std::int64_t usual_height, std::int64_t usual_width) {
  const std::int64_t height = options.height.value_or(usual_height);
  const std::int64_t width = options.width.value_or(usual_width);
  for (const std::int64_t extent : {height, width}) {
    if (extent >= kSmallestInput && extent <= kLargestInput) continue;
    return make_error(ErrorCode::invalid_argument, "--input-size",
                      std::to_string(extent) + " is not between " + std::to_string(kSmallestInput) + " and " +
                          std::to_string(kLargestInput));
  }
  Preprocessing preprocessing = image_net_preprocessing(height, width);
  preprocessing.resize = backbone.resize;
  preprocessing.mean = backbone.mean;
  preprocessing.standard_deviation = backbone.deviation;
  return preprocessing;
}

// What torchvision's networks have not. Their checkpoints may call them "paper", as all that training made.
bool has_variants(const NetworkOptions& options) {
  return (!options.variant.empty() && options.variant != "paper") || !options.activation_quantizer.empty() ||
         !options.weight_quantizer.empty();
}

// A network of several variants as the one that was asked for, or else the one that the parameters' names
// tell.
Result<Backbone> choose_variant(const Backbone& backbone, const NamedTensors* tensors,
                                const NetworkOptions& options, std::vector<std::string>* notes) {
  if (backbone.layers == nullptr) {
    if (!has_variants(options)) return backbone;
    return make_error(ErrorCode::invalid_argument, "--variant, --activation-quantizer, --weight-quantizer",
                      std::string(backbone.name) + " has neither variants nor quantizers");
  }
  const ResidualNetwork& network = *find_residual_network(backbone.name);
  ResidualChoice choice{backbone.name, options.variant, options.activation_quantizer,
                        options.weight_quantizer};
  const bool told = tensors != nullptr && network.telling_parameter != nullptr;
  if (told && choice.variant.empty())
    choice.variant = network.variants[tensors->contains(network.telling_parameter) ? 0 : 1];
  BITPLACE_ASSIGN(complete, complete_choice(choice));
  notes->push_back("variant " + complete.variant + ", activations " + complete.activation_quantizer +
                   ", weights " + complete.weight_quantizer);
  BITPLACE_ASSIGN(chosen, residual_backbone(complete));
  notes->insert(notes->end(), chosen.layers->notes.begin(), chosen.layers->notes.end());
  return chosen;
}

bool has_batch_norm(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) { return node.op == Op::batch_norm; });
}

Result<LoadedNetwork> build(const Backbone& backbone, const BackboneCut& cut, ParameterSource& parameters,
                            const Preprocessing& preprocessing, const NetworkOptions& options) {
  LoadedNetwork loaded;
  loaded.name = backbone.name;
  loaded.real_valued = true;
  loaded.cut = cut.name;
  loaded.preprocessing = preprocessing;
  const double epsilon = options.epsilon.value_or(backbone.batch_norm_epsilon);
  BITPLACE_ASSIGN(
      graph, build_backbone(backbone, cut, parameters, preprocessing.height, preprocessing.width, epsilon));
  if (has_batch_norm(graph)) {
    loaded.epsilon = epsilon;
  } else if (options.epsilon) {
    return make_error(ErrorCode::invalid_argument, "--bn-eps",
                      std::string(backbone.name) + " has no batch-norms");
  }
  loaded.graph = std::move(graph);
  return loaded;
}

// Sizes and scaling that the wrapper's program and the head imply, unless the user says otherwise.
Result<Preprocessing> wrapped_preprocessing(const NetworkOptions& options, const HeadSpec& head,
                                            const std::optional<WrapperDefaults>& wrapper,
                                            const Backbone& backbone, const BackboneCut& cut) {
  std::int64_t height = wrapper ? wrapper->height : backbone.side;
  std::int64_t width = wrapper ? wrapper->width : backbone.side;
  if (required_positions(head) && !options.height && !options.width) {
    BITPLACE_ASSIGN(side, input_side_for(head, backbone, cut));
    height = width = side;
  }
  BITPLACE_ASSIGN(preprocessing, choose_preprocessing(options, backbone, height, width));
  if (wrapper) preprocessing.resize = wrapper->resize;
  if (wrapper && wrapper->grey_mean) {
    preprocessing.value_scale = 1.0f;
    preprocessing.mean = *wrapper->grey_mean;
    preprocessing.standard_deviation.fill(1.0f);
  }
  return preprocessing;
}

Result<LoadedNetwork> build_with_head(const Backbone& backbone, const BackboneCut& cut,
                                      const RecognisedHead& head, CheckpointParameters& parameters,
                                      const Preprocessing& preprocessing, const NetworkOptions& options) {
  Result<LoadedNetwork> loaded = build(backbone, cut, parameters, preprocessing, options);
  const Status attached = loaded.ok() ? attach_head(head, parameters, &*loaded) : Status(loaded.error());
  BITPLACE_TRY(parameters.check());
  BITPLACE_TRY(attached);
  const std::string behind = head.spec.kind == HeadKind::flatten ? "" : " with head " + loaded->head;
  BITPLACE_TRY(parameters.check_surplus(backbone.name + behind, cut.dropped));
  return loaded;
}

}  // namespace

Preprocessing image_net_preprocessing(std::int64_t height, std::int64_t width) {
  Preprocessing p;
  p.height = static_cast<std::int32_t>(height);
  p.width = static_cast<std::int32_t>(width);
  p.input_type = DataType::f32;
  p.mean = kImageNetMean;
  p.standard_deviation = kImageNetDeviation;
  return p;
}

const Backbone* chosen_backbone(const NetworkOptions& options) {
  return options.network.empty() ? nullptr : find_backbone(options.network);
}

Result<std::optional<LoadedNetwork>> load_backbone(const TensorCheckpoint& checkpoint,
                                                   const NetworkOptions& options) {
  NamedTensors tensors(checkpoint);
  BITPLACE_ASSIGN(wrapper, use_backbone_names(tensors));
  const std::optional<RecognisedBackbone> recognised = recognise_backbone(tensors);
  const Backbone* named = chosen_backbone(options);
  if (options.network.empty()) BITPLACE_TRY(check_unambiguous(tensors));
  if (named == nullptr && !(recognised && options.network.empty())) return std::optional<LoadedNetwork>();
  std::vector<std::string> notes;
  if (named == nullptr) {
    named = recognised->backbone;
    notes.push_back(std::string("recognised as ") + named->name + " by its parameters");
  }
  if (recognised && recognised->backbone == named && recognised->timm) {
    tensors.rename(named->from_timm);
    notes.emplace_back("its parameters are named as timm names them");
  }
  BITPLACE_ASSIGN(variant, choose_variant(*named, &tensors, options, &notes));
  const Backbone* backbone = &variant;
  BITPLACE_ASSIGN(request, head_request(options));
  request.usual = backbone->head;
  BITPLACE_ASSIGN(head, choose_head(tensors, request));
  BITPLACE_ASSIGN(cut, choose_cut(*backbone, tensors, head.spec, options.cut));
  notes.push_back(std::string("ends with ") + cut->name + ": " + std::to_string(cut->channels) + " channels");
  const std::optional<WrapperDefaults> defaults = wrapper_defaults(tensors, wrapper);
  BITPLACE_ASSIGN(preprocessing, wrapped_preprocessing(options, head.spec, defaults, *backbone, *cut));
  CheckpointParameters parameters(tensors);
  BITPLACE_ASSIGN(loaded, build_with_head(*backbone, *cut, head, parameters, preprocessing, options));
  if (const std::string dropped = parameters.list_dropped(cut->dropped); !dropped.empty())
    notes.push_back("not used, behind that: " + dropped);
  if (!tensors.stripped_prefix().empty())
    notes.push_back("names are read without their prefix '" + tensors.stripped_prefix() + "'");
  if (defaults) notes.push_back(wrapper_note(*defaults));
  loaded.notes.insert(loaded.notes.begin(), notes.begin(), notes.end());
  return std::optional<LoadedNetwork>(std::move(loaded));
}

Result<LoadedNetwork> random_backbone(const Backbone& backbone, std::uint64_t seed,
                                      const NetworkOptions& options) {
  std::vector<std::string> notes;
  BITPLACE_ASSIGN(variant, choose_variant(backbone, nullptr, options, &notes));
  BITPLACE_ASSIGN(cut, choose_cut(variant, options.cut));
  BITPLACE_ASSIGN(preprocessing, choose_preprocessing(options, variant, variant.side, variant.side));
  RandomParameters parameters(seed);
  BITPLACE_ASSIGN(loaded, build(variant, *cut, parameters, preprocessing, options));
  settle_batch_norms(&loaded.graph);
  NetworkOptions with_head = options;
  if (with_head.head.empty()) with_head.head = variant.head;
  BITPLACE_TRY(attach_untrained_head(with_head, parameters, &loaded));
  loaded.notes.insert(loaded.notes.begin(), notes.begin(), notes.end());
  return loaded;
}

}  // namespace bitplace
