#include "vprconv/search_state.h"

#include <filesystem>

#include "common/json_file.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::chrono::seconds kSaveEvery{10};

Status foreign(const std::string& path, const char* why) {
  return make_error(ErrorCode::mismatch, path, "search state",
                    std::string(why) + ": remove it, or name another with --state");
}

}  // namespace

Status SearchState::load() {
  std::error_code ignored;
  if (path_.empty() || !std::filesystem::exists(path_, ignored)) return {};
  BITPLACE_ASSIGN(bytes, read_file(path_, kMostBytes));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const Json json = Json::parse(text, text + bytes.size(), nullptr, false);
  if (!json.is_object() || !json.contains("question") || !json.contains("errors") ||
      !json["question"].is_string() || !json["errors"].is_object())
    return foreign(path_, "is no state of a search");
  if (json["question"].get<std::string>() != question_)
    return foreign(path_, "belongs to a search of another model, other images or other settings");
  for (const auto& [genome, error] : json["errors"].items()) {
    if (!error.is_number()) return foreign(path_, "holds an error that is no number");
    errors_[genome] = error.get<double>();
  }
  return {};
}

std::optional<double> SearchState::find(const std::string& genome) const {
  const auto found = errors_.find(genome);
  return found == errors_.end() ? std::nullopt : std::optional(found->second);
}

Status SearchState::add(const std::string& genome, double error) {
  errors_[genome] = error;
  return std::chrono::steady_clock::now() - saved_ > kSaveEvery ? save() : Status();
}

Status SearchState::save() {
  if (path_.empty()) return {};
  saved_ = std::chrono::steady_clock::now();
  Json errors = Json::object();
  for (const auto& [genome, error] : errors_)
    errors[genome] = error;
  return write_json(path_, {{"question", question_}, {"errors", errors}});
}

}  // namespace bitplace::tools
