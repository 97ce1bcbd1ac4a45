#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "core/file.h"
#include "networks/named_tensors.h"
#include "vprtrain/loop/describe_images.h"
#include "vprtrain/loop/machine.h"
#include "vprtrain/loop/model_file.h"
#include "vprtrain/loop/optimizer.h"
#include "vprtrain/loop/trainer.h"
#include "vprtrain/loop/trainer_steps.h"

namespace bitplace::train {
namespace {

void say_taken(const std::string& path, const TakenTensors& tensors) {
  std::printf("%s: %zu tensors taken\n", path.c_str(), tensors.taken.size());
  const std::pair<const char*, const std::vector<std::string>&> others[] = {
      {"not there, as new", tensors.absent},
      {"of another shape there, as new", tensors.reshaped},
      {"there, and not of this network", tensors.surplus}};
  for (const auto& [what, names] : others) {
    if (!names.empty()) std::printf("  %s: %s\n", what, list_names(names).c_str());
  }
}

Schedule schedule_of(const TrainSettings& settings, std::int64_t steps_per_epoch) {
  Schedule schedule;
  schedule.kind = settings.schedule;
  schedule.rate = *settings.learning_rate;
  schedule.warm_up = *settings.warm_up;
  schedule.milestones = settings.milestones;
  schedule.decay = *settings.decay;
  schedule.final_share = settings.final_rate;
  schedule.total_steps = settings.steps > 0 ? settings.steps : *settings.epochs * steps_per_epoch;
  schedule.steps_per_epoch = steps_per_epoch;
  return schedule;
}

}  // namespace

Status Trainer::open_network() {
  NetworkChoice choice;
  choice.name = settings_.network;
  choice.head = settings_.head;
  choice.variant = settings_.variant;
  choice.weight_quantizer = settings_.weight_quantizer;
  choice.activation_quantizer = settings_.activation_quantizer;
  BITPLACE_TRY(parse_size("--input-size", settings_.input_size, &choice.height, &choice.width));
  choice.classes = settings_.classes;
  if (losses_->needs_logits() && choice.classes == 0)
    choice.classes = static_cast<std::int64_t>(data_.dataset.places.size());
  torch::manual_seed(derived_seed(settings_.seed, kSeedOfWeights, 0));
  BITPLACE_ASSIGN(network, make_network(choice));
  network_ = std::move(network);
  if (settings_.latent_range > 0.0) {
    const torch::NoGradGuard no_gradients;
    for (torch::Tensor weight : network_->latent_weights())
      weight.uniform_(-settings_.latent_range, settings_.latent_range);
  }
  return {};
}

Status Trainer::open_losses() {
  LossOptions options;
  options.margin = settings_.margin;
  options.semi_hard = settings_.semi_hard;
  options.alpha = settings_.alpha;
  options.beta = settings_.beta;
  options.base = settings_.base;
  options.mining_margin = settings_.mining_margin;
  options.label_smoothing = settings_.label_smoothing;
  options.temperature = settings_.temperature;
  BITPLACE_ASSIGN(losses, WeightedLosses::parse(settings_.loss, options));
  losses_ = std::move(losses);
  return {};
}

Status Trainer::open_teacher() {
  if (!losses_->needs_teacher()) {
    return settings_.teacher.empty()
               ? Status()
               : make_error(ErrorCode::invalid_argument, "--teacher", "no loss learns from it");
  }
  if (settings_.teacher.empty())
    return make_error(ErrorCode::invalid_argument, "--teacher", "is missing: distillation needs one");
  TeacherOptions options;
  options.path = settings_.teacher;
  options.augmented = settings_.teacher_augmented;
  options.threads = static_cast<int>(settings_.threads);
  ScriptTeacherOptions& script = options.script;
  std::int64_t height = script.format.height;
  std::int64_t width = script.format.width;
  BITPLACE_TRY(parse_size("--teacher-size", settings_.teacher_size, &height, &width));
  script.format.height = static_cast<std::int32_t>(height);
  script.format.width = static_cast<std::int32_t>(width);
  std::copy(settings_.teacher_mean.begin(), settings_.teacher_mean.end(), script.mean.begin());
  std::copy(settings_.teacher_deviation.begin(), settings_.teacher_deviation.end(), script.deviation.begin());
  script.device = device_;
  BITPLACE_ASSIGN(teacher, Teacher::open(options));
  teacher_ = std::move(teacher);
  return {};
}

Status Trainer::open(bool restart) {
  BITPLACE_ASSIGN(device, open_device(settings_.device));
  device_ = device;
  set_up_arithmetic(settings_.threads);
  BITPLACE_TRY(open_losses());
  BITPLACE_TRY(open_teacher());
  BITPLACE_ASSIGN(data, read_run_data(settings_));
  data_ = std::move(data);
  BITPLACE_TRY(open_network());
  LoaderOptions loading = loader_options(settings_, data_, image_format(network_->input()));
  loading.originals = teacher_ && teacher_->needs_originals();
  loader_ = std::make_unique<BatchLoader>(data_.dataset, *data_.store, loading);
  per_epoch_ = loader_->batches();
  schedule_ = schedule_of(settings_, per_epoch_);
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  BITPLACE_TRY(check_writable(file("last.pt")));
  if (restart || !std::filesystem::exists(file("last.pt"))) return begin();
  BITPLACE_ASSIGN(state, read_run_state(file("last.pt")));
  return go_on(std::move(state));
}

Status Trainer::begin() {
  state_.settings = to_json(settings_);
  state_.data = digest_of(data_);
  if (!settings_.init.empty()) {
    BITPLACE_ASSIGN(tensors, take_tensors(settings_.init, network_.get()));
    say_taken(settings_.init, tensors);
  }
  network_->to(device_);
  optimizer_ = make_optimizer(settings_, *network_);
  BITPLACE_ASSIGN(log, RunLog::open(file("log.csv"), 0));
  log_ = std::make_unique<RunLog>(std::move(log));
  return tools::write_json(file("settings.json"), state_.settings);
}

Status Trainer::check_same(const RunState& state) const {
  std::vector<std::string> different = differences(state.settings, to_json(settings_));
  if (different.empty() && state.data != digest_of(data_)) different.emplace_back("the images are others");
  if (different.empty()) return {};
  std::string text;
  for (const std::string& sentence : different)
    text += (text.empty() ? "" : "; ") + sentence;
  return make_error(ErrorCode::mismatch, folder_, "holds another run: " + text + "; --restart begins anew");
}

Status Trainer::go_on(RunState state) {
  BITPLACE_TRY(check_same(state));
  state_ = std::move(state);
  network_->to(device_);
  optimizer_ = make_optimizer(settings_, *network_);
  BITPLACE_TRY(load_run(file("last.pt"), network_.get(), optimizer_.get(), device_));
  BITPLACE_ASSIGN(log, RunLog::open(file("log.csv"), state_.log_bytes));
  log_ = std::make_unique<RunLog>(std::move(log));
  if (!state_.complete)
    std::printf("%s: goes on behind step %lld\n", folder_.c_str(), static_cast<long long>(state_.step));
  return {};
}

Status train(const TrainSettings& settings, const std::string& folder, bool restart) {
  Trainer trainer(settings, folder);
  BITPLACE_TRY(trainer.open(restart));
  return trainer.run();
}

}  // namespace bitplace::train
