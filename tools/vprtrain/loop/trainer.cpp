#include "vprtrain/loop/trainer_steps.h"

#include <chrono>
#include <cmath>
#include <cstdio>

#include "common/text_table.h"
#include "core/error.h"
#include "vprtrain/loop/describe_images.h"
#include "vprtrain/loop/interrupt.h"
#include "vprtrain/loop/machine.h"
#include "vprtrain/loop/model_file.h"
#include "vprtrain/loop/optimizer.h"
#include "vprtrain/loop/run_plot.h"
#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool is_better(const Recall& recall, const std::optional<Recall>& best) {
  if (!best || recall.first != best->first) return !best || recall.first > best->first;
  return recall.fifth > best->fifth;
}

std::string recall_text(const Recall& recall) {
  return "Recall@1 " + tools::fixed(recall.first, 3) + ", Recall@5 " + tools::fixed(recall.fifth, 3);
}

}  // namespace

bool Trainer::validation_due() const {
  if (!data_.validation || state_.validated_step == state_.step || state_.step == 0) return false;
  const double interval = settings_.validate_every * static_cast<double>(per_epoch_);
  const auto passed = [interval](std::int64_t step) {
    return std::floor(static_cast<double>(step) / interval);
  };
  return passed(state_.step) > passed(state_.step - 1) || state_.step >= schedule_.total_steps;
}

Result<std::optional<Batch>> Trainer::next_batch() {
  const std::int64_t batch = state_.step % per_epoch_;
  if (!loader_started_ || batch == 0) loader_->start(state_.step / per_epoch_, batch);
  loader_started_ = true;
  return loader_->next();
}

// The teacher's descriptors; nothing where nobody teaches.
Result<torch::Tensor> Trainer::taught(const Batch& batch) {
  if (!teacher_) return torch::Tensor();
  BITPLACE_ASSIGN(descriptors, teacher_->describe(batch, image_format(network_->input())));
  return descriptors.to(device_);
}

torch::Tensor Trainer::loss_of(const Batch& batch, const torch::Tensor& teacher,
                               std::vector<std::pair<std::string, double>>* parts) {
  const auto count = static_cast<std::int64_t>(batch.samples.size());
  const torch::Tensor images = network_images(batch.pixels.data(), count, network_->input(), device_);
  LossInput input;
  input.teacher = teacher;
  torch::Tensor features;
  {
    const Autocast autocast(device_, settings_.arithmetic == "bf16");
    features = network_->features(images);
    if (losses_->needs_logits()) input.logits = network_->logits(features).to(torch::kFloat32);
  }
  input.descriptors = network_->descriptor(features.to(torch::kFloat32));
  std::vector<std::int64_t> places;
  for (const Sample& sample : batch.samples)
    places.push_back(sample.place);
  const auto mask = [&](const std::vector<std::uint8_t>& bytes) {
    return torch::tensor(bytes).view({count, count}).to(device_, torch::kBool);
  };
  input.places = torch::tensor(places).to(device_);
  input.positives = mask(batch.pairs.positives);
  input.negatives = mask(batch.pairs.negatives);
  return losses_->value(input, parts);
}

Status Trainer::step(const Batch& batch) {
  torch::manual_seed(derived_seed(settings_.seed, kSeedOfSteps, static_cast<std::uint64_t>(state_.step)));
  set_learning_rate(optimizer_.get(), learning_rate(schedule_, state_.step));
  network_->train();
  optimizer_->zero_grad();
  std::vector<std::pair<std::string, double>> parts;
  BITPLACE_ASSIGN(teacher, taught(batch));
  const torch::Tensor loss = loss_of(batch, teacher, &parts);
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    return make_error(ErrorCode::invalid_argument, folder_, "step " + std::to_string(state_.step + 1),
                      "the loss is not finite; a lower --learning-rate or --clip-gradient may help");
  }
  loss.backward();
  if (settings_.clip_gradient > 0.0)
    torch::nn::utils::clip_grad_norm_(network_->parameters(), settings_.clip_gradient);
  optimizer_->step();
  for (const torch::Tensor& weight : network_->latent_weights())
    clip_weight(weight);
  state_.window.add(value, parts);
  ++state_.step;
  images_done_ += static_cast<std::int64_t>(batch.samples.size());
  return {};
}

Status Trainer::run() {
  if (state_.complete) {
    std::printf("%s: is complete, %lld steps; --restart begins anew\n", folder_.c_str(),
                static_cast<long long>(state_.step));
    return {};
  }
  const Interrupt interrupt;
  progress_ = std::make_unique<tools::Progress>("training", schedule_.total_steps - state_.step);
  started_ = last_save_ = Clock::now();
  while (true) {
    if (validation_due()) BITPLACE_TRY(validate());
    if (state_.step >= schedule_.total_steps || stopping_early()) break;
    if (Interrupt::requested()) {
      BITPLACE_TRY(save());
      return interrupted();
    }
    BITPLACE_ASSIGN(batch, next_batch());
    BITPLACE_TRY(step(*batch));
    BITPLACE_TRY(behind_step());
  }
  return finish();
}

Status Trainer::behind_step() {
  progress_->set_note(
      "epoch " + tools::fixed(epochs_done(), 2) + ", loss " + tools::fixed(state_.window.total(), 4) + ", " +
      tools::fixed(static_cast<double>(images_done_) / seconds_since(started_), 1) + " images/s");
  progress_->advance();
  const bool last = state_.step == schedule_.total_steps;
  if (validation_due()) return {};  // it writes the row and saves
  if (last || state_.step % settings_.log_every == 0) BITPLACE_TRY(write_row(std::nullopt));
  if (state_.step % per_epoch_ == 0 || seconds_since(last_save_) >= settings_.save_every) return save();
  return {};
}

Status Trainer::write_row(const std::optional<Recall>& recall) {
  const LogRow row{state_.step, epochs_done(), learning_rate(schedule_, state_.step - 1), recall};
  BITPLACE_TRY(log_->write(row, state_.window));
  state_.window.clear();
  return {};
}

Result<std::optional<Recall>> Trainer::measure_recall() {
  DescribeOptions options;
  options.device = device_;
  options.progress = [](std::int64_t) { return !Interrupt::requested(); };
  const ValidationSet& set = *data_.validation;
  BITPLACE_ASSIGN(references, describe_images(*network_, *data_.store, set.references, options));
  BITPLACE_ASSIGN(queries, describe_images(*network_, *data_.store, set.queries, options));
  if (references.dimension == 0 || queries.dimension == 0) return std::optional<Recall>();
  BITPLACE_ASSIGN(figures, recall_of(set, references.values, queries.values, references.dimension));
  return std::optional<Recall>(Recall{figures.recall[0], figures.recall[1]});
}

Status Trainer::validate() {
  BITPLACE_ASSIGN(recall, measure_recall());
  if (!recall) return {};  // interrupted: it begins again when the run goes on
  state_.validated_step = state_.step;
  const bool better = is_better(*recall, state_.best);
  if (better) {
    state_.best = recall;
    state_.best_step = state_.step;
    state_.validations_since_best = 0;
    BITPLACE_TRY(write_model(file("best.pt"), *network_, model_notes()));
  } else {
    ++state_.validations_since_best;
  }
  progress_->say("epoch " + tools::fixed(epochs_done(), 2) + ", step " + std::to_string(state_.step) + ": " +
                 recall_text(*recall) + (better ? ", the best so far" : ""));
  BITPLACE_TRY(write_row(recall));
  BITPLACE_TRY(write_run_page(folder_));
  return save();
}

tools::Json Trainer::model_notes() const {
  tools::Json notes = {{"step", state_.step}, {"loss", settings_.loss}};
  if (state_.best && state_.best_step == state_.step) notes["validation_recall_1"] = state_.best->first;
  if (!settings_.credit.empty()) notes["credit"] = settings_.credit;
  return notes;
}

Status Trainer::save() {
  BITPLACE_TRY(log_->flush());
  state_.log_bytes = log_->bytes();
  last_save_ = Clock::now();
  return save_run(file("last.pt"), state_, *network_, *optimizer_);
}

Error Trainer::interrupted() const {
  return make_error(ErrorCode::io, folder_,
                    "interrupted behind step " + std::to_string(state_.step) + " of " +
                        std::to_string(schedule_.total_steps) + "; the same command goes on from there");
}

Status Trainer::finish() {
  progress_->finish();
  BITPLACE_TRY(write_model(file("final.pt"), *network_, model_notes()));
  BITPLACE_TRY(write_run_page(folder_));
  state_.complete = true;
  BITPLACE_TRY(save());
  std::printf("%s: %lld steps, %s epochs%s\n", file("final.pt").c_str(), static_cast<long long>(state_.step),
              tools::fixed(epochs_done(), 1).c_str(), stopping_early() ? ", stopped early" : "");
  if (state_.best) {
    std::printf("%s: step %lld, %s\n", file("best.pt").c_str(), static_cast<long long>(state_.best_step),
                recall_text(*state_.best).c_str());
  }
  return {};
}

}  // namespace bitplace::train
