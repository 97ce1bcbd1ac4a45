#include "quantize/precision.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/file.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

using Json = nlohmann::ordered_json;

struct NamedPrecision {
  Precision precision;
  const char* name;
  int weight_bits;
};

constexpr std::array<NamedPrecision, 6> kPrecisions = {{{Precision::fp32, "fp32", 32},
                                                        {Precision::fp32_ordered, "fp32-ordered", 32},
                                                        {Precision::fp16, "fp16", 16},
                                                        {Precision::int8, "int8", 8},
                                                        {Precision::w4a8, "w4a8", 4},
                                                        {Precision::w4a4, "w4a4", 4}}};
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

const NamedPrecision& entry(Precision precision) {
  return kPrecisions[static_cast<std::size_t>(precision)];
}

Error invalid(const std::string& where, const std::string& why) {
  return make_error(ErrorCode::invalid_argument, where, why);
}

Result<Precision> precision_of(const Json& value, const std::string& where) {
  Precision precision = Precision::fp32;
  if (!value.is_string()) return invalid(where, "is no name of a precision");
  if (!precision_from_name(value.get<std::string>(), &precision))
    return invalid(
        where, "'" + value.get<std::string>() + "' is none of fp32, fp32-ordered, fp16, int8, w4a8, w4a4");
  return precision;
}

Status read_layers(const Json& layers, const Graph& graph, PrecisionMap* map) {
  if (!layers.is_object()) return invalid("layers", "is no object");
  const std::vector<std::string> known = weighted_layers(graph);
  for (const auto& [name, value] : layers.items()) {
    const std::string where = "layers: '" + name + "'";
    if (std::find(known.begin(), known.end(), name) == known.end())
      return invalid(where, "is no layer with weights of this network");
    BITPLACE_ASSIGN(precision, precision_of(value, where));
    map->layers[name] = precision;
  }
  return {};
}

Result<PrecisionMap> parse(const Json& json, const Graph& graph) {
  if (!json.is_object()) return invalid("precisions", "is no JSON object");
  PrecisionMap map;
  for (const auto& [key, value] : json.items()) {
    if (key == "default") {
      BITPLACE_ASSIGN(precision, precision_of(value, "default"));
      map.otherwise = precision;
    } else if (key == "layers") {
      BITPLACE_TRY(read_layers(value, graph, &map));
    } else if (key == "unsigned_codes") {
      if (!value.is_boolean()) return invalid(key, "is neither true nor false");
      map.unsigned_codes = value.get<bool>();
    } else {
      return invalid("'" + key + "'", "is none of 'default', 'layers' and 'unsigned_codes'");
    }
  }
  return map;
}

// The parser keeps the last of equal keys in silence: whoever wrote both meant something else.
class RepeatedKeys {
 public:
  // A parser's callback.
  bool operator()(int, Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      open_.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      open_.pop_back();
    } else if (event == Json::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second) {
      found_ = parsed.get<std::string>();
    }
    return true;
  }
  const std::string& found() const { return found_; }

 private:
  std::vector<std::set<std::string>> open_;  // keys of the objects that are being read
  std::string found_;
};

}  // namespace

const char* precision_name(Precision precision) {
  return entry(precision).name;
}

bool precision_from_name(const std::string& name, Precision* precision) {
  for (const NamedPrecision& known : kPrecisions) {
    if (name != known.name) continue;
    *precision = known.precision;
    return true;
  }
  return false;
}

int weight_bits(Precision precision) {
  return entry(precision).weight_bits;
}

bool is_integer(Precision precision) {
  return weight_bits(precision) <= 8;
}

int largest_weight_code(Precision precision) {
  return weight_bits(precision) == 4 ? 7 : 127;
}

Precision PrecisionMap::of(const std::string& layer) const {
  const auto found = layers.find(layer);
  return found == layers.end() ? otherwise : found->second;
}

bool has_precision(const Graph& graph, const Node& node) {
  return node.op == Op::convolution && value_at(graph, node.inputs[0]).type == DataType::f32;
}

std::vector<std::string> weighted_layers(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) {
    if (has_precision(graph, node)) names.push_back(node.name);
  }
  return names;
}

bool has_integer_layers(const Graph& graph, const PrecisionMap& precisions) {
  const std::vector<std::string> layers = weighted_layers(graph);
  return std::any_of(layers.begin(), layers.end(),
                     [&](const std::string& layer) { return is_integer(precisions.of(layer)); });
}

Result<PrecisionMap> read_precision_map(const std::string& path, const Graph& graph) {
  BITPLACE_ASSIGN(bytes, read_file(path, kMostBytes));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  RepeatedKeys repeated;
  const Json json = Json::parse(text, text + bytes.size(), std::ref(repeated), false);
  if (json.is_discarded()) return make_error(ErrorCode::corrupt, path, "precisions", "is no valid JSON");
  if (!repeated.found().empty())
    return make_error(ErrorCode::invalid_argument, path, "'" + repeated.found() + "'", "is there twice");
  Result<PrecisionMap> map = parse(json, graph);
  if (!map.ok()) return with_context(map.error(), path);
  return map;
}

Status write_precision_map(const std::string& path, const PrecisionMap& map) {
  Json layers = Json::object();
  for (const auto& [name, precision] : map.layers)
    layers[name] = precision_name(precision);
  Json json = {{"default", precision_name(map.otherwise)}, {"layers", layers}};
  if (map.unsigned_codes) json["unsigned_codes"] = true;
  const std::string text = json.dump(2) + "\n";
  return write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace bitplace
