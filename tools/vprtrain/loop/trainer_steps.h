// The work behind train().
#pragma once

#include <torch/torch.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/progress.h"
#include "vprtrain/loop/run_data.h"
#include "vprtrain/loop/run_log.h"
#include "vprtrain/loop/run_state.h"
#include "vprtrain/loop/schedule.h"
#include "vprtrain/loop/settings.h"
#include "vprtrain/losses/loss.h"
#include "vprtrain/network.h"
#include "vprtrain/teachers/teacher.h"

namespace bitplace::train {

// One run: open(), then run(). What a step does follows from the settings, the images and the step's number
// alone.
class Trainer {
 public:
  Trainer(TrainSettings settings, std::string folder)
      : settings_(std::move(settings)), folder_(std::move(folder)) {}

  Status open(bool restart);
  Status run();

 private:
  using Clock = std::chrono::steady_clock;

  Status open_network();
  Status open_losses();
  Status open_teacher();
  Status begin();
  Status go_on(RunState state);
  Status check_same(const RunState& state) const;

  std::string file(const char* name) const { return folder_ + "/" + name; }
  double epochs_done() const { return static_cast<double>(state_.step) / static_cast<double>(per_epoch_); }
  bool is_done() const { return state_.complete || state_.step >= schedule_.total_steps; }
  bool validation_due() const;
  bool stopping_early() const {
    return settings_.early_stop > 0 && state_.validations_since_best >= settings_.early_stop;
  }

  Result<std::optional<Batch>> next_batch();
  Status step(const Batch& batch);
  Result<torch::Tensor> taught(const Batch& batch);
  torch::Tensor loss_of(const Batch& batch, const torch::Tensor& teacher,
                        std::vector<std::pair<std::string, double>>* parts);
  Status behind_step();
  Status validate();
  Result<std::optional<Recall>> measure_recall();
  Status write_row(const std::optional<Recall>& recall);
  Status save();
  Status write_best();
  Status finish();
  Error interrupted() const;
  tools::Json model_notes() const;

  TrainSettings settings_;
  std::string folder_;
  torch::Device device_{torch::kCPU};
  NetworkPointer network_;
  RunData data_;
  std::optional<WeightedLosses> losses_;
  std::optional<Teacher> teacher_;
  std::unique_ptr<BatchLoader> loader_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::unique_ptr<RunLog> log_;
  std::unique_ptr<tools::Progress> progress_;
  Schedule schedule_;
  std::int64_t per_epoch_ = 1;
  RunState state_;
  Clock::time_point last_save_ = Clock::now();
  Clock::time_point started_ = Clock::now();
  std::int64_t images_done_ = 0;
  bool loader_started_ = false;
};

}  // namespace bitplace::train
