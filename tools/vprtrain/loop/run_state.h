// last.pt: everything that a run needs to go on as if it had not been stopped.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <string>

#include "bitplace/result.h"
#include "common/json_file.h"
#include "vprtrain/loop/run_log.h"
#include "vprtrain/network.h"

namespace bitplace::train {

struct RunState {
  std::int64_t step = 0;  // steps done; the position of the sampler and of all draws follows from it
  std::int64_t validated_step = 0;  // the last step behind which validation has run
  std::optional<Recall> best;
  std::int64_t best_step = 0;
  std::int64_t validations_since_best = 0;
  LossWindow window;
  std::int64_t log_bytes = 0;
  bool complete = false;

  // What must be the same when the run goes on.
  tools::Json settings;
  std::string data;  // digest of the places and their images

  tools::Json to_json() const;
};

Status save_run(const std::string& path, const RunState& state, const TrainableNetwork& network,
                const torch::optim::Optimizer& optimizer);

// The state alone. Errors: io, corrupt, mismatch (another kind of file).
Result<RunState> read_run_state(const std::string& path);
// What belongs to it.
Status load_run(const std::string& path, TrainableNetwork* network, torch::optim::Optimizer* optimizer,
                const torch::Device& device);

}  // namespace bitplace::train
