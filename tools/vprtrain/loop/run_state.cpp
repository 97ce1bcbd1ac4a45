#include "vprtrain/loop/run_state.h"

#include <filesystem>

#include "core/error.h"
#include "vprtrain/loop/model_file.h"

namespace bitplace::train {
namespace {

using tools::Json;

RunState state_from(const Json& json) {
  RunState state;
  state.step = json.at("step").get<std::int64_t>();
  state.validated_step = json.at("validated_step").get<std::int64_t>();
  if (json.contains("best_recall_1"))
    state.best = Recall{json.at("best_recall_1").get<double>(), json.at("best_recall_5").get<double>()};
  state.best_step = json.at("best_step").get<std::int64_t>();
  state.validations_since_best = json.at("validations_since_best").get<std::int64_t>();
  state.window = LossWindow::from_json(json.at("window"));
  state.log_bytes = json.at("log_bytes").get<std::int64_t>();
  state.complete = json.at("complete").get<bool>();
  state.settings = json.at("settings");
  state.data = json.at("data").get<std::string>();
  return state;
}

// LibTorch reports damage by exceptions.
template <typename Function>
Status read_archive(const std::string& path, const torch::Device& device, Function&& function) {
  if (!std::filesystem::exists(path)) return make_error(ErrorCode::io, path, "is not there");
  const Status status = guarded([&]() -> Status {
    torch::serialize::InputArchive archive;
    archive.load_from(path, device);
    function(archive);
    return {};
  });
  if (status.ok()) return {};
  return make_error(ErrorCode::corrupt, path, "is no last.pt of vprtrain", status.error().message());
}

}  // namespace

Json RunState::to_json() const {
  Json json = {{"step", step},
               {"validated_step", validated_step},
               {"best_step", best_step},
               {"validations_since_best", validations_since_best},
               {"window", window.to_json()},
               {"log_bytes", log_bytes},
               {"complete", complete},
               {"settings", settings},
               {"data", data}};
  if (best) {
    json["best_recall_1"] = best->first;
    json["best_recall_5"] = best->fifth;
  }
  return json;
}

Status save_run(const std::string& path, const RunState& state, const TrainableNetwork& network,
                const torch::optim::Optimizer& optimizer) {
  torch::serialize::OutputArchive archive;
  archive.write("bitplace_run", torch::IValue(state.to_json().dump()));
  torch::serialize::OutputArchive weights(archive.compilation_unit());
  write_module(network, &weights);
  archive.write("network", weights);
  torch::serialize::OutputArchive moments(archive.compilation_unit());
  optimizer.save(moments);
  archive.write("optimizer", moments);
  return write_archive(path, archive);
}

Result<RunState> read_run_state(const std::string& path) {
  RunState state;
  BITPLACE_TRY(read_archive(path, torch::Device(torch::kCPU), [&](torch::serialize::InputArchive& archive) {
    torch::IValue text;
    archive.read("bitplace_run", text);
    state = state_from(Json::parse(text.toStringRef()));
  }));
  return state;
}

Status load_run(const std::string& path, TrainableNetwork* network, torch::optim::Optimizer* optimizer,
                const torch::Device& device) {
  return read_archive(path, device, [&](torch::serialize::InputArchive& archive) {
    torch::serialize::InputArchive weights, moments;
    archive.read("network", weights);
    network->load(weights);
    archive.read("optimizer", moments);
    optimizer->load(moments);
  });
}

}  // namespace bitplace::train
