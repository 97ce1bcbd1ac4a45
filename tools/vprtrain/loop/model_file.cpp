#include "vprtrain/loop/model_file.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <sstream>

#include "checkpoint/checkpoint.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace::train {
namespace {

using tools::Json;

bool has_variants(const std::string& network) {
  const NetworkEntry* entry = find_network(network);
  return entry != nullptr && entry->variants.size() > 1;
}

Json model_settings(const TrainableNetwork& network, const Json& more) {
  const NetworkChoice& choice = network.choice();
  const NetworkInput& input = network.input();
  Json json = {{"height", input.height},
               {"width", input.width},
               {"mean", input.mean},
               {"deviation", input.deviation},
               {"resize", resize_rule_name(input.resize)}};
  if (network.batch_norm_epsilon() > 0.0) json["batch_norm_epsilon"] = network.batch_norm_epsilon();
  const std::pair<const char*, std::string> texts[] = {
      {"head", choice.head},
      {"variant", has_variants(choice.name) ? choice.variant : std::string()},
      {"weight_quantizer", choice.weight_quantizer},
      {"activation_quantizer", choice.activation_quantizer}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) json[name] = text;
  }
  if (choice.classes > 0) json["classes"] = choice.classes;
  for (const auto& [name, value] : more.items())
    json[name] = value;
  return json;
}

Result<NetworkChoice> choice_of(const std::string& name, const std::string& settings) {
  const Json json = Json::parse(settings, nullptr, false);
  if (!json.is_object()) return make_error(ErrorCode::corrupt, "bitplace_settings", "is no JSON object");
  NetworkChoice choice;
  choice.name = name;
  choice.head = json.value("head", "");
  choice.variant = json.value("variant", "");
  choice.weight_quantizer = json.value("weight_quantizer", "");
  choice.activation_quantizer = json.value("activation_quantizer", "");
  choice.classes = json.value("classes", std::int64_t{0});
  choice.height = json.value("height", std::int64_t{0});
  choice.width = json.value("width", std::int64_t{0});
  return choice;
}

std::map<std::string, torch::Tensor> named_tensors(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : module.named_parameters())
    tensors[item.key()] = item.value();
  for (const auto& item : module.named_buffers())
    tensors[item.key()] = item.value();
  return tensors;
}

TakenTensors take(const TensorCheckpoint& checkpoint, TrainableNetwork* network) {
  const torch::NoGradGuard no_gradients;
  TakenTensors result;
  std::map<std::string, torch::Tensor> wanted = named_tensors(*network);
  for (const CheckpointTensor& found : checkpoint.tensors) {
    const auto place = wanted.find(found.name);
    if (place == wanted.end()) {
      result.surplus.push_back(found.name);
      continue;
    }
    torch::Tensor target = place->second;
    wanted.erase(place);
    if (target.sizes() != torch::IntArrayRef(found.shape)) {
      result.reshaped.push_back(found.name);
      continue;
    }
    std::vector<float> values = to_f32(found);
    target.copy_(torch::from_blob(values.data(), target.sizes(), torch::kFloat32));
    result.taken.push_back(found.name);
  }
  for (const auto& [name, tensor] : wanted) {
    if (!name.ends_with("num_batches_tracked")) result.absent.push_back(name);
  }
  return result;
}

Result<TensorCheckpoint> read_tensors(const std::string& path) {
  BITPLACE_ASSIGN(checkpoint, read_checkpoint(path));
  auto* tensors = std::get_if<TensorCheckpoint>(&checkpoint.contents);
  if (tensors == nullptr) return make_error(ErrorCode::mismatch, path, "holds no named tensors");
  return std::move(*tensors);
}

}  // namespace

void write_module(const torch::nn::Module& module, torch::serialize::OutputArchive* archive) {
  for (const auto& parameter : module.named_parameters(/*recurse=*/false))
    archive->write(parameter.key(), parameter.value().cpu());
  for (const auto& buffer : module.named_buffers(/*recurse=*/false))
    archive->write(buffer.key(), buffer.value().cpu(), /*is_buffer=*/true);
  for (const auto& child : module.named_children()) {
    torch::serialize::OutputArchive part(archive->compilation_unit());
    write_module(*child.value(), &part);
    archive->write(child.key(), part);
  }
}

Status write_archive(const std::string& path, torch::serialize::OutputArchive& archive) {
  std::ostringstream stream;
  archive.save_to(stream);
  const std::string bytes = std::move(stream).str();
  return write_file(path, std::as_bytes(std::span(bytes)));
}

Status write_model(const std::string& path, const TrainableNetwork& network, const Json& more) {
  torch::serialize::OutputArchive archive;
  write_module(network, &archive);
  archive.write("bitplace_network", torch::IValue(network.choice().name));
  archive.write("bitplace_settings", torch::IValue(model_settings(network, more).dump()));
  return write_archive(path, archive);
}

Result<NetworkPointer> open_model(const std::string& path) {
  BITPLACE_ASSIGN(checkpoint, read_tensors(path));
  const std::string* name = find_setting(checkpoint, "bitplace_network");
  const std::string* settings = find_setting(checkpoint, "bitplace_settings");
  if (name == nullptr || settings == nullptr)
    return make_error(ErrorCode::mismatch, path, "was not written by vprtrain");
  Result<NetworkChoice> choice = choice_of(*name, *settings);
  if (!choice.ok()) return with_context(choice.error(), path);
  Result<NetworkPointer> network = make_network(*choice);
  if (!network.ok()) return with_context(network.error(), path);
  const TakenTensors tensors = take(checkpoint, network->get());
  if (!tensors.absent.empty() || !tensors.reshaped.empty()) {
    const std::string& first = tensors.absent.empty() ? tensors.reshaped.front() : tensors.absent.front();
    return make_error(ErrorCode::mismatch, path, "tensor '" + first + "'",
                      "is not there as " + *name + " has it");
  }
  return network;
}

Result<TakenTensors> take_tensors(const std::string& path, TrainableNetwork* network) {
  BITPLACE_ASSIGN(checkpoint, read_tensors(path));
  TakenTensors result = take(checkpoint, network);
  if (result.taken.empty()) {
    return make_error(ErrorCode::mismatch, path,
                      "holds no tensor that " + network->choice().name + " has by name and shape");
  }
  return result;
}

}  // namespace bitplace::train
