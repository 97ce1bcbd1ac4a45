#include "bench/report/results.h"

#include <algorithm>
#include <string_view>

#include "common/json_file.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace::bench {
namespace {

using tools::Json;

constexpr std::size_t kMostBytes = std::size_t{1} << 28;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0.0;
}

double seconds_of(const Json& benchmark) {
  const std::string unit = text_of(benchmark, "time_unit");
  const double factor = unit == "ns" ? 1e-9 : unit == "us" ? 1e-6 : unit == "ms" ? 1e-3 : 1.0;
  return number_of(benchmark, "real_time") * factor;
}

// "network/layer/kernel/real_time" into its parts; false where there are fewer.
bool split_name(std::string_view name, Measurement* measurement) {
  std::string* parts[] = {&measurement->network, &measurement->layer, &measurement->kernel};
  for (std::string* part : parts) {
    const std::size_t slash = name.find('/');
    if (name.empty()) return false;
    *part = std::string(name.substr(0, slash));
    name = slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
  }
  return true;
}

// A kernel's name has the table's before "__".
bool is_ours(const Measurement& measurement) {
  return measurement.kernel.find("__") != std::string::npos;
}

void add_measurement(const Json& benchmark, Results* results) {
  Measurement m;
  const std::string name = text_of(benchmark, "name");
  if (text_of(benchmark, "run_type") == "aggregate" || !split_name(name, &m)) return;
  if (benchmark.contains("error_occurred") && benchmark["error_occurred"] == true) {
    results->failures.push_back(name + ": " + text_of(benchmark, "error_message"));
    return;
  }
  m.seconds = seconds_of(benchmark);
  m.multiply_accumulates = number_of(benchmark, "MAC");
  m.bytes = number_of(benchmark, "bytes");
  m.bytes_per_second = number_of(benchmark, "bytes/s");
  m.arithmetic_limit = number_of(benchmark, "arithmetic_limit");
  m.share = number_of(benchmark, "share");
  m.limit = text_of(benchmark, "label");
  const auto same = [&](const Measurement& other) {
    return other.network == m.network && other.layer == m.layer && other.kernel == m.kernel;
  };
  std::vector<Measurement>& known = is_ours(m) ? results->measurements : results->libraries;
  const auto found = std::find_if(known.begin(), known.end(), same);
  if (found == known.end()) {
    known.push_back(m);
  } else if (m.seconds < found->seconds) {
    *found = m;
  }
}

std::vector<MemoryLevel> levels_of(const Json& context) {
  std::vector<MemoryLevel> levels;
  constexpr std::string_view kPrefix = "read ";
  for (const auto& [key, value] : context.items()) {
    if (key.rfind(kPrefix, 0) != 0 || !value.is_string()) continue;
    levels.push_back({key.substr(kPrefix.size()), std::strtod(value.get<std::string>().c_str(), nullptr)});
  }
  return levels;
}

}  // namespace

std::string Measurement::table() const {
  return kernel.substr(0, kernel.find("__"));
}

std::string Measurement::tier() const {
  const std::string rest = kernel.substr(kernel.find("__") + 2);
  return rest.substr(0, rest.find('_'));
}

Result<Results> read_results(const std::string& path) {
  BITPLACE_ASSIGN(bytes, read_file(path, kMostBytes));
  const auto* first = reinterpret_cast<const char*>(bytes.data());
  const Json json = Json::parse(first, first + bytes.size(), nullptr, false);
  if (!json.is_object() || !json.contains("context") || !json.contains("benchmarks") ||
      !json["benchmarks"].is_array()) {
    return make_error(ErrorCode::corrupt, path, "is not what bitplace_bench --benchmark_out writes");
  }
  Results results;
  results.cpu = text_of(json["context"], "cpu");
  results.isa = text_of(json["context"], "isa");
  results.date = text_of(json["context"], "date");
  results.levels = levels_of(json["context"]);
  for (const Json& benchmark : json["benchmarks"]) {
    if (benchmark.is_object()) add_measurement(benchmark, &results);
  }
  if (results.measurements.empty() && results.libraries.empty())
    return make_error(ErrorCode::corrupt, path, "has no measurement of a kernel");
  return results;
}

}  // namespace bitplace::bench
