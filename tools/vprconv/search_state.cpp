#include "vprconv/search_state.h"

#include <filesystem>
#include <limits>

#include "common/json_file.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::chrono::seconds kSaveEvery{2};

Status foreign(const std::string& path, const char* why) {
  return make_error(ErrorCode::mismatch, path, "search state",
                    std::string(why) + ": remove it, or name another with --state");
}

Json costs_json(const std::vector<SearchedLayer>& layers) {
  Json rows = Json::array();
  for (const SearchedLayer& layer : layers) {
    Json costs = Json::array();
    for (const LayerCost& cost : layer.costs)
      costs.push_back({{"bits", cost.bits}, {"bytes", cost.bytes}, {"milliseconds", cost.milliseconds}});
    rows.push_back({{"layer", layer.name}, {"costs", costs}});
  }
  return rows;
}

// Nothing where it is no list of costs.
std::optional<std::vector<SearchedLayer>> costs_of(const Json& rows) {
  const auto has_number = [](const Json& cost, const char* key) {
    return cost.is_object() && cost.contains(key) && cost[key].is_number();
  };
  if (!rows.is_array()) return std::nullopt;
  std::vector<SearchedLayer> layers;
  for (const Json& row : rows) {
    if (!row.is_object() || !row.contains("layer") || !row["layer"].is_string() || !row.contains("costs") ||
        !row["costs"].is_array())
      return std::nullopt;
    layers.push_back({row["layer"].get<std::string>(), {}});
    for (const Json& cost : row["costs"]) {
      if (!has_number(cost, "bits") || !has_number(cost, "bytes") || !has_number(cost, "milliseconds"))
        return std::nullopt;
      layers.back().costs.push_back(
          {cost["bits"].get<double>(), cost["bytes"].get<double>(), cost["milliseconds"].get<double>()});
    }
  }
  return layers;
}

}  // namespace

Status SearchState::load() {
  std::error_code ignored;
  if (path_.empty() || !std::filesystem::exists(path_, ignored)) return {};
  BITPLACE_ASSIGN(bytes, read_file(path_, kMostBytes));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const Json json = Json::parse(text, text + bytes.size(), nullptr, false);
  if (!json.is_object() || !json.contains("question") || !json.contains("costs") ||
      !json.contains("errors") || !json["question"].is_string() || !json["errors"].is_object())
    return foreign(path_, "is no state of a search");
  if (json["question"].get<std::string>() != question_)
    return foreign(path_, "belongs to a search of another model, other images or other settings");
  std::optional<std::vector<SearchedLayer>> costs = costs_of(json["costs"]);
  if (!costs) return foreign(path_, "holds costs that are none");
  costs_ = *std::move(costs);
  for (const auto& [genome, error] : json["errors"].items()) {
    if (!error.is_number() && !error.is_null()) return foreign(path_, "holds an error that is no number");
    errors_[genome] = error.is_null() ? std::numeric_limits<double>::infinity() : error.get<double>();
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

Status SearchState::set_costs(const std::vector<SearchedLayer>& costs) {
  costs_ = costs;
  return save();
}

Status SearchState::save() {
  if (path_.empty()) return {};
  saved_ = std::chrono::steady_clock::now();
  Json errors = Json::object();
  for (const auto& [genome, error] : errors_)
    errors[genome] = error;  // null where it is infinite or no number
  return write_json(path_, {{"question", question_}, {"costs", costs_json(costs_)}, {"errors", errors}});
}

}  // namespace bitplace::tools
