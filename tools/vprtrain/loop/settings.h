// What a run is told: the options of the command line, of a recipe, and of run/settings.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/json_file.h"

namespace bitplace::train {

struct TrainSettings {
  // Network
  std::string network;
  std::string head;
  std::string variant;
  std::int64_t classes = 0;
  std::string input_size;
  std::string weight_quantizer;
  std::string activation_quantizer;
  std::string init;
  double latent_range = 0.0;
  // Places
  std::vector<std::string> data;
  std::vector<std::string> only;
  std::int64_t exclude_neighbours = 0;
  std::int64_t least_images = 2;
  std::int64_t images_per_place = 2;
  std::string sample = "places";
  std::int64_t batch_stretch = 0;
  std::string augment = "medium";
  // Validation
  double hold_out = 0.0;
  std::string validate_references;
  std::string validate_queries;
  std::string validate_truth;
  std::string validate_split;
  double validate_every = 1.0;
  std::int64_t early_stop = 0;
  // Loss
  std::string loss = "multi-similarity";
  double margin = 0.1;
  bool semi_hard = false;
  double alpha = 1.0;
  double beta = 50.0;
  double base = 0.0;
  double mining_margin = 0.1;
  double label_smoothing = 0.0;
  double temperature = 0.0;
  std::string teacher;
  bool teacher_augmented = false;
  std::string teacher_size;
  std::vector<double> teacher_mean;
  std::vector<double> teacher_deviation;
  // Optimization; absent: as the network's authors did
  std::optional<std::int64_t> batch;
  std::optional<std::int64_t> epochs;
  std::int64_t steps = 0;
  std::string optimizer;
  std::optional<double> learning_rate;
  std::optional<double> weight_decay;
  double momentum = 0.9;
  double clip_gradient = 0.0;
  std::string schedule;
  std::optional<double> warm_up;
  std::vector<double> milestones;
  std::optional<double> decay;
  double final_rate = 0.0;
  std::uint64_t seed = 1;
  // Machine
  std::string device = "cpu";
  std::string arithmetic = "f32";
  std::int64_t threads = 0;
  std::int64_t log_every = 20;
  double save_every = 300.0;
  std::int64_t memory_mb = 2048;
  std::string credit;
};

// Calls visit(name, field, help) for every setting, in the order in which they are listed to people. The name
// is that of the option and of the key in JSON.
template <typename Settings, typename Visit>
void visit_settings(Settings& s, Visit&& visit) {
  visit("network", s.network, "What to train; `vprtrain list` names the networks");
  visit("head", s.head, "What makes a descriptor of the last feature map, where the network takes heads");
  visit("variant", s.variant, "As the paper draws the network, or as its published code has it");
  visit("classes", s.classes,
        "Outputs of the classifier; 0: as many as there are places, if the loss needs them");
  visit("input-size", s.input_size, "HEIGHTxWIDTH of the input, where the network takes several");
  visit("weight-quantizer", s.weight_quantizer, "Of the weights, where the network takes several");
  visit("activation-quantizer", s.activation_quantizer,
        "Of the activations, where the network takes several");
  visit("init", s.init, "A checkpoint to begin with: every tensor that the network has by name and shape");
  visit(
      "latent-range", s.latent_range,
      "The real weights behind binary ones begin uniform in [-R, R], R at most 1: the larger, the longer the "
      "gradients must agree to flip one; 0: as the network's authors draw them");

  visit("data", s.data, "Folders of place folders, or CSV files with the columns place_id and path");
  visit("only", s.only, "COLUMN=VALUE: take only these rows of the CSV files");
  visit("exclude-neighbours", s.exclude_neighbours,
        "Places of a route that are at most this far apart are neither pairs nor opposites");
  visit("least-images", s.least_images, "Leave out places with fewer images");
  visit("images-per-place", s.images_per_place, "Images of each place in a batch");
  visit("sample", s.sample,
        "An epoch is every place once, or every image once, as classes with many images want it");
  visit("batch-stretch", s.batch_stretch,
        "A batch's places come from this many in a row of one collection, which look alike; 0: from all");
  visit("augment", s.augment, "none, light, medium or strong, then single fields: medium,flip=0.5");

  visit("hold-out", s.hold_out, "Share of the places, the last of each collection, kept for validation");
  visit("validate-references", s.validate_references, "Folder of references to validate on");
  visit("validate-queries", s.validate_queries, "Folder of queries to validate on");
  visit("validate-truth", s.validate_truth, "gt.csv of these folders");
  visit("validate-split", s.validate_split, "FILE:NAME: only the queries and references of this split");
  visit("validate-every", s.validate_every, "Epochs between validations; may be a fraction");
  visit("early-stop", s.early_stop, "Stop after this many validations without a better one; 0: never");

  visit("loss", s.loss,
        "NAME[:WEIGHT],... of classification, triplet, multi-similarity, distillation, regression");
  visit("margin", s.margin, "Of the triplet loss, between cosines");
  visit("semi-hard", s.semi_hard, "Triplet: negatives between the positive and the margin");
  visit("alpha", s.alpha, "Multi-similarity: how sharply positives count");
  visit("beta", s.beta, "Multi-similarity: how sharply negatives count");
  visit("base", s.base, "Multi-similarity: the similarity that divides both");
  visit("mining-margin", s.mining_margin, "Multi-similarity: which pairs are hard");
  visit("label-smoothing", s.label_smoothing, "Classification");
  visit("temperature", s.temperature, "Distillation: of the softmax over similarities; 0: the similarities");
  visit("teacher", s.teacher, "Distillation: a model (.vpr) or a TorchScript module to learn from");
  visit("teacher-augmented", s.teacher_augmented,
        "It sees the images that the network sees; otherwise as they are stored, each only once");
  visit("teacher-size", s.teacher_size, "HEIGHTxWIDTH of a TorchScript teacher's input (224x224)");
  visit("teacher-mean", s.teacher_mean, "Three numbers of a TorchScript teacher's input (ImageNet's)");
  visit("teacher-deviation", s.teacher_deviation, "The same, for (pixel / 255 - mean) / deviation");

  visit("batch", s.batch, "Images in a batch");
  visit("epochs", s.epochs, "How often every place is shown");
  visit("steps", s.steps, "Optimizer steps, instead of epochs");
  visit("optimizer", s.optimizer, "adam, adamw or sgd");
  visit("learning-rate", s.learning_rate, "The highest, behind the warm-up");
  visit("weight-decay", s.weight_decay, "Of weights with more than one axis");
  visit("momentum", s.momentum, "Of sgd");
  visit("clip-gradient", s.clip_gradient, "Largest norm of the gradient; 0: any");
  visit("schedule", s.schedule, "constant, step, milestones, cosine or warmup-cosine");
  visit("warm-up", s.warm_up, "Epochs over which the learning rate rises from 0");
  visit("milestones", s.milestones,
        "Epochs at which it is multiplied by --decay; for step: the epochs between");
  visit("decay", s.decay, "Factor at each milestone or step");
  visit("final-rate", s.final_rate, "Share of the learning rate that a cosine ends with");
  visit("seed", s.seed, "Of everything random");

  visit("device", s.device, "cpu or cuda");
  visit("arithmetic", s.arithmetic, "f32, or bf16 where the network multiplies");
  visit("threads", s.threads, "Of the arithmetic; 0: one for each processor. Sums depend on it");
  visit("log-every", s.log_every, "Steps between lines of log.csv");
  visit("save-every", s.save_every, "Seconds between saves of last.pt; it is saved at every epoch's end too");
  visit("memory-mb", s.memory_mb, "Memory for decoded images");
  visit("credit", s.credit, "Whose images these are; goes into the checkpoints and the converted model");
}

// Fills in what is absent with the network's defaults, and checks what can be checked without data.
Status complete(TrainSettings* settings);

tools::Json to_json(const TrainSettings& settings);

// Sentences on settings that differ and would change the result: "--batch was 24 and is 32".
std::vector<std::string> differences(const tools::Json& before, const tools::Json& now);

// "HEIGHTxWIDTH", or one number for both; nothing where the text is empty. `option` is named by the error.
Status parse_size(const std::string& option, const std::string& text, std::int64_t* height,
                  std::int64_t* width);

}  // namespace bitplace::train
