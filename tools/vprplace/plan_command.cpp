#include <cmath>
#include <cstdlib>
#include <memory>

#include "bitplace/cpu.h"
#include "common/json_file.h"
#include "common/progress.h"
#include "common/statistics.h"
#include "common/text_table.h"
#include "core/error.h"
#include "evaluation/engine.h"
#include "sizing/search_measurement.h"
#include "sizing/sizing_advice.h"
#include "vprplace/commands.h"
#include "vprplace/random_picture.h"

namespace bitplace::tools {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

struct Options {
  EngineOptions engine;
  std::optional<double> latency_ms;
  std::optional<double> memory_mb;
  std::optional<std::int64_t> places;
  std::string recall_table;
  std::vector<int> image_size;  // width, height; empty: the model's own
  int map_mb = 256;
  std::string json;
};

// One descriptor type's searches.
struct SearchCost {
  std::vector<SearchMeasurement> measurements;
  SearchTime time;
  double deviation = 0.0;
};

struct Outcome {
  Options options;
  SizeLimits limits;
  std::string network, identity, isa;
  ModelCost cost;
  double describe_min_ms = 0.0;
  std::array<SearchCost, kDescriptorTypes.size()> searches;
  std::vector<RecallRow> recalls;
  std::optional<Advice> advice;  // where the number of places is known
};

SizeLimits limits_of(const Options& options) {
  SizeLimits limits;
  limits.latency_ms = options.latency_ms;
  limits.places = options.places;
  if (options.memory_mb) limits.memory_bytes = std::llround(*options.memory_mb * kMebibyte);
  return limits;
}

// Maps take no cap of their own: they read the environment's.
Status cap_searches(const std::string& isa) {
  if (isa.empty()) return {};
  BITPLACE_TRY(active_features(isa.c_str()));
  if (::setenv("BITPLACE_MAX_ISA", isa.c_str(), 1) == 0) return {};
  return make_error(ErrorCode::internal, "--isa", "the environment cannot be changed");
}

Status measure_describing(Describer& describer, const Options& options, Outcome* outcome) {
  constexpr int kWarmUp = 5;
  constexpr std::size_t kFewest = 15;
  constexpr double kMilliseconds = 500.0;
  const Model& model = describer.plan().model();
  const bool own_size = options.image_size.empty();
  const int width = own_size ? model.input_width() : options.image_size[0];
  const int height = own_size ? model.input_height() : options.image_size[1];
  const auto pixels = random_pixels(width, height);
  const ImageView image{pixels.data(), width, height, 0, PixelFormat::rgb8};
  for (int i = 0; i < kWarmUp; ++i)
    BITPLACE_TRY(describer.describe(image));
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  while (times.size() < kFewest || milliseconds_since(start) < kMilliseconds) {
    const Clock::time_point frame_start = Clock::now();
    BITPLACE_TRY(describer.describe(image));
    times.push_back(milliseconds_since(frame_start));
  }
  outcome->cost.describe_ms = percentile(times, 0.5);
  outcome->describe_min_ms = percentile(times, 0.0);
  return {};
}

// From small to large, and the model's own where it is of this type.
std::vector<std::int32_t> measured_dimensions(DescriptorType type, const DescriptorSpec& own) {
  std::vector<std::int32_t> dimensions = {128, 512, 2048};
  if (type == DescriptorType::s8) dimensions = {256, 1024, 4096};
  if (type == DescriptorType::bits) dimensions = {512, 2048, 8192};
  if (type == own.type) dimensions.push_back(own.dimension);
  return dimensions;
}

Status measure_searching(const Options& options, const DescriptorSpec& own, Executor* executor,
                         Outcome* outcome) {
  std::int64_t maps = 0;
  for (const DescriptorType type : kDescriptorTypes)
    maps += kMapsPerDimension * static_cast<std::int64_t>(measured_dimensions(type, own).size());
  Progress progress("searching maps", maps);
  const auto bytes = static_cast<std::int64_t>(options.map_mb * kMebibyte);
  for (std::size_t i = 0; i < kDescriptorTypes.size(); ++i) {
    BITPLACE_ASSIGN(measurements,
                    measure_searches(kDescriptorTypes[i], measured_dimensions(kDescriptorTypes[i], own),
                                     bytes, executor, [&progress] { progress.advance(); }));
    BITPLACE_ASSIGN(time, fit_search_time(measurements));
    outcome->cost.search[i] = time;
    outcome->searches[i] = {measurements, time, largest_deviation(time, measurements)};
  }
  progress.finish();
  return {};
}

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : "";
}

TextTable search_table(const Outcome& outcome) {
  TextTable table({{"one search", Align::left},
                   {"fixed us", Align::right},
                   {"per place ns", Align::right},
                   {"per place and dimension ps", Align::right},
                   {"largest deviation", Align::right}});
  for (std::size_t i = 0; i < kDescriptorTypes.size(); ++i) {
    const SearchTime& time = outcome.cost.search[i];
    table.add_row({descriptor_type_name(kDescriptorTypes[i]), fixed(time.fixed * 1e3, 1),
                   fixed(time.per_place * 1e6, 2), fixed(time.per_element * 1e9, 2),
                   fixed(100.0 * outcome.searches[i].deviation, 1) + " %"});
  }
  return table;
}

Ceiling ceiling_of(const Outcome& outcome, DescriptorType type) {
  return outcome.limits.places ? dimension_ceiling(outcome.cost, outcome.limits, type)
                               : place_ceiling(outcome.cost, outcome.limits, type, outcome.cost.dimension);
}

TextTable ceiling_table(const Outcome& outcome) {
  const std::string heading = outcome.limits.places ? "largest dimension" : "most places";
  TextTable table({{heading, Align::left},
                   {"by latency", Align::right},
                   {"by memory", Align::right},
                   {"both", Align::right},
                   {"limit", Align::left}});
  for (const DescriptorType type : kDescriptorTypes) {
    const Ceiling ceiling = ceiling_of(outcome, type);
    table.add_row({descriptor_type_name(type), count_text(ceiling.by_latency), count_text(ceiling.by_memory),
                   ceiling.limit == Limit::none ? "any" : std::to_string(ceiling.largest),
                   limit_name(ceiling.limit)});
  }
  return table;
}

std::string own_text(const Outcome& outcome) {
  const ModelCost& cost = outcome.cost;
  const std::string own =
      "this model's " + std::to_string(cost.dimension) + " dimensions of " + descriptor_type_name(cost.type);
  if (!outcome.limits.places) return own;
  const std::int64_t places = *outcome.limits.places;
  return own + (outcome.advice->own_fits ? ": fits, " : ": does not fit, ") +
         fixed(total_ms(cost, cost.type, cost.dimension, places), 3) + " ms and " +
         bytes_text(map_bytes(cost.type, cost.dimension, places));
}

std::string limits_text(const SizeLimits& limits) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (limits.places) add(std::to_string(*limits.places) + " places");
  if (limits.latency_ms) add("at most " + fixed(*limits.latency_ms, 3) + " ms a picture");
  if (limits.memory_bytes)
    add("at most " + bytes_text(static_cast<double>(*limits.memory_bytes)) + " of map");
  return text;
}

void print(const Outcome& outcome) {
  std::printf("%s (%s) on %s, %s, %d thread%s\n", outcome.options.engine.model.c_str(),
              outcome.network.c_str(), cpu_name().c_str(), outcome.isa.c_str(),
              outcome.options.engine.threads, outcome.options.engine.threads == 1 ? "" : "s");
  std::printf("asked for: %s\n", limits_text(outcome.limits).c_str());
  std::printf("describing a picture: %.3f ms (fastest %.3f)\n\n", outcome.cost.describe_ms,
              outcome.describe_min_ms);
  std::printf("%s\n%s\n%s\n", search_table(outcome).text().c_str(), ceiling_table(outcome).text().c_str(),
              own_text(outcome).c_str());
  if (outcome.advice) std::printf("advice: %s\n", outcome.advice->text.c_str());
}

Json optional_json(const std::optional<std::int64_t>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json search_json(const SearchCost& search) {
  Json measured = Json::array();
  for (const SearchMeasurement& m : search.measurements)
    measured.push_back({{"dimension", m.dimension}, {"places", m.places}, {"ms", m.milliseconds}});
  return {{"fixed_ms", search.time.fixed},
          {"per_place_ms", search.time.per_place},
          {"per_place_and_dimension_ms", search.time.per_element},
          {"largest_deviation", search.deviation},
          {"measured", measured}};
}

Json own_json(const Outcome& outcome) {
  const ModelCost& cost = outcome.cost;
  Json json = {{"type", descriptor_type_name(cost.type)}, {"dimension", cost.dimension}};
  if (!outcome.limits.places) return json;
  const std::int64_t places = *outcome.limits.places;
  json["fits"] = outcome.advice->own_fits;
  json["total_ms"] = total_ms(cost, cost.type, cost.dimension, places);
  json["map_bytes"] = map_bytes(cost.type, cost.dimension, places);
  return json;
}

Json to_json(const Outcome& outcome) {
  const SizeLimits& limits = outcome.limits;
  Json json;
  json["model"] = {
      {"file", outcome.options.engine.model}, {"network", outcome.network}, {"identity", outcome.identity}};
  json["machine"] = cpu_name();
  json["isa"] = outcome.isa;
  json["threads"] = outcome.options.engine.threads;
  json["asked_for"] = {{"latency_ms", limits.latency_ms ? Json(*limits.latency_ms) : Json(nullptr)},
                       {"places", optional_json(limits.places)},
                       {"memory_bytes", optional_json(limits.memory_bytes)}};
  json["describe_ms"] = {{"min", outcome.describe_min_ms}, {"p50", outcome.cost.describe_ms}};
  const char* quantity = limits.places ? "largest_dimension" : "most_places";
  for (std::size_t i = 0; i < kDescriptorTypes.size(); ++i) {
    const char* name = descriptor_type_name(kDescriptorTypes[i]);
    const Ceiling ceiling = ceiling_of(outcome, kDescriptorTypes[i]);
    json["search"][name] = search_json(outcome.searches[i]);
    json[quantity][name] = {{"by_latency", optional_json(ceiling.by_latency)},
                            {"by_memory", optional_json(ceiling.by_memory)},
                            {"largest", ceiling.largest},
                            {"limit", limit_name(ceiling.limit)}};
  }
  json["this_model"] = own_json(outcome);
  if (!outcome.advice) return json;
  json["advice"] = {{"text", outcome.advice->text}};
  if (outcome.advice->choice) {
    json["advice"]["type"] = descriptor_type_name(outcome.advice->choice->type);
    json["advice"]["dimension"] = outcome.advice->choice->dimension;
  }
  return json;
}

Status run(const Options& options) {
  Outcome outcome;
  outcome.options = options;
  outcome.limits = limits_of(options);
  if (!options.recall_table.empty()) {
    BITPLACE_ASSIGN(recalls, read_recall_table(options.recall_table));
    outcome.recalls = std::move(recalls);
  }
  BITPLACE_TRY(cap_searches(options.engine.isa));
  std::shared_ptr<Executor> executor;
  if (options.engine.threads > 1) {
    BITPLACE_ASSIGN(pool, create_thread_pool(options.engine.threads));
    executor = std::move(pool);
  }
  BITPLACE_ASSIGN(describer, open_describer(options.engine, executor));
  const Model& model = describer.plan().model();
  const DescriptorSpec& own = describer.descriptor_spec();
  outcome.network = model.network();
  outcome.identity = model.identity();
  outcome.isa = isa_name(describer.plan().features());
  outcome.cost.type = own.type;
  outcome.cost.dimension = own.dimension;
  BITPLACE_TRY(measure_describing(describer, options, &outcome));
  const Status reachable = check_reachable(outcome.cost, outcome.limits);
  if (!reachable.ok()) return with_context(reachable.error(), options.engine.model);
  BITPLACE_TRY(measure_searching(options, own, executor.get(), &outcome));
  if (outcome.limits.places) outcome.advice = advise(outcome.cost, outcome.limits, outcome.recalls);
  if (!options.json.empty()) BITPLACE_TRY(write_json(options.json, to_json(outcome)));
  print(outcome);
  if (!outcome.advice || outcome.advice->choice) return {};
  return make_error(ErrorCode::invalid_argument, options.engine.model, limits_text(outcome.limits),
                    outcome.advice->text);
}

// What only the whole command line can tell.
void check_combination(const Options& options) {
  if (!options.latency_ms && !options.memory_mb && !options.places)
    throw UsageError("one of --latency-ms, --memory-mb and --places is required");
  if (!options.recall_table.empty() && !options.places) throw UsageError("--recall-table: needs --places");
}

}  // namespace

void add_plan_command(Program& program) {
  const auto options = std::make_shared<Options>();
  CommandLine& command = program.add_command(
      "plan", "Find the largest descriptor that keeps a time and a memory limit on this machine",
      [options] { return run(*options); });
  add_engine_options(command, &options->engine);
  command.add_option("--latency-ms", options->latency_ms, "From picture to place, in milliseconds")
      ->check(in_range(1e-6, 1e9));
  command.add_option("--places", options->places, "Places in the map")
      ->check(in_range(std::int64_t{1}, std::int64_t{1} << 40));
  command.add_option("--memory-mb", options->memory_mb, "Memory for the map, in units of 2^20 bytes")
      ->check(in_range(1e-6, 1e9));
  command
      .add_option("--recall-table", options->recall_table,
                  "CSV with columns type, dimension and recall: of the rows that fit, the best is advised")
      ->check(existing_file());
  command
      .add_option("--image-size", options->image_size,
                  "Width and height of the pictures to describe; otherwise the model's own, without resizing")
      ->expected(2)
      ->check(in_range(1, 65536));
  command
      .add_option("--search-mb", options->map_mb,
                  "Size of the larger of the maps that are searched to measure, in units of 2^20 bytes; well "
                  "above the caches'")
      ->check(in_range(1, 1 << 20))
      ->show_default();
  command.add_option("--json", options->json, "Write the figures for machines");
  command.check_all([options] { check_combination(*options); });
}

}  // namespace bitplace::tools
