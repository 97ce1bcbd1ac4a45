#include "networks/load_backbone.h"

#include "core/error.h"
#include "networks/backbone.h"
#include "networks/checkpoint_parameters.h"
#include "networks/heads/requested_head.h"
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

Result<Preprocessing> choose_preprocessing(const NetworkOptions& options) {
  const std::int64_t height = options.height.value_or(kBackboneInput);
  const std::int64_t width = options.width.value_or(kBackboneInput);
  for (const std::int64_t extent : {height, width}) {
    if (extent >= kSmallestInput && extent <= kLargestInput) continue;
    return make_error(ErrorCode::invalid_argument, "--input-size",
                      std::to_string(extent) + " is not between " + std::to_string(kSmallestInput) + " and " +
                          std::to_string(kLargestInput));
  }
  return image_net_preprocessing(height, width);
}

Result<LoadedNetwork> build(const Backbone& backbone, const BackboneCut& cut, ParameterSource& parameters,
                            const Preprocessing& preprocessing, const NetworkOptions& options) {
  LoadedNetwork loaded;
  loaded.name = backbone.name;
  loaded.real_valued = true;
  loaded.cut = cut.name;
  loaded.preprocessing = preprocessing;
  loaded.epsilon = options.epsilon.value_or(kTorchBatchNormEpsilon);
  BITPLACE_ASSIGN(graph, build_backbone(backbone, cut, parameters, preprocessing.height, preprocessing.width,
                                        *loaded.epsilon));
  loaded.graph = std::move(graph);
  BITPLACE_TRY(append_requested_head(options, &loaded));
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
  const std::optional<RecognisedBackbone> recognised = recognise_backbone(tensors);
  const Backbone* backbone = chosen_backbone(options);
  if (backbone == nullptr && !(recognised && options.network.empty())) return std::optional<LoadedNetwork>();
  std::vector<std::string> notes;
  if (backbone == nullptr) {
    backbone = recognised->backbone;
    notes.push_back(std::string("recognised as ") + backbone->name + " by its parameters");
  }
  if (recognised && recognised->backbone == backbone && recognised->timm) {
    tensors.rename(backbone->from_timm);
    notes.emplace_back("its parameters are named as timm names them");
  }
  const BackboneCut* cut = &recognise_cut(*backbone, tensors);
  if (!options.cut.empty()) {
    BITPLACE_ASSIGN(chosen, choose_cut(*backbone, options.cut));
    cut = chosen;
  }
  BITPLACE_ASSIGN(preprocessing, choose_preprocessing(options));
  CheckpointParameters parameters(tensors);
  Result<LoadedNetwork> loaded = build(*backbone, *cut, parameters, preprocessing, options);
  BITPLACE_TRY(parameters.check());
  if (!loaded.ok()) return loaded.error();
  BITPLACE_TRY(parameters.check_surplus(backbone->name, cut->dropped));
  notes.push_back(std::string("ends with ") + cut->name + ": " + std::to_string(cut->channels) + " channels");
  if (const std::string dropped = parameters.list_dropped(cut->dropped); !dropped.empty())
    notes.push_back("not used, behind that: " + dropped);
  if (!tensors.stripped_prefix().empty())
    notes.push_back("names are read without their prefix '" + tensors.stripped_prefix() + "'");
  loaded->notes = std::move(notes);
  return std::optional<LoadedNetwork>(*std::move(loaded));
}

Result<LoadedNetwork> random_backbone(const Backbone& backbone, std::uint64_t seed,
                                      const NetworkOptions& options) {
  BITPLACE_ASSIGN(cut, choose_cut(backbone, options.cut));
  BITPLACE_ASSIGN(preprocessing, choose_preprocessing(options));
  RandomParameters parameters(seed);
  BITPLACE_ASSIGN(loaded, build(backbone, *cut, parameters, preprocessing, options));
  settle_batch_norms(&loaded.graph);
  return loaded;
}

}  // namespace bitplace
