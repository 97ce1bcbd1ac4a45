#include <sys/resource.h>

#include <memory>

#include "bitplace/cpu.h"
#include "common/json_file.h"
#include "common/statistics.h"
#include "common/text_table.h"
#include "core/error.h"
#include "evaluation/engine.h"
#include "vprplace/allocation_counter.h"
#include "vprplace/commands.h"
#include "vprplace/random_picture.h"

namespace bitplace::tools {
namespace {

struct Options {
  EngineOptions engine;
  double seconds = 2.0;
  std::string json;
};

struct Latency {
  double min = 0.0;
  double p50 = 0.0;
  double p90 = 0.0;
  double p99 = 0.0;
};

struct Measurements {
  Latency own_size;
  Latency resized;
  double open_ms = 0.0;
  double plan_ms = 0.0;
  double images_per_second = 0.0;  // in batches; 0 where there are none
  std::optional<double> allocations_per_frame;
};

Latency summary(const std::vector<double>& times) {
  return {percentile(times, 0.0), percentile(times, 0.5), percentile(times, 0.9), percentile(times, 0.99)};
}

// Median time to read, check and close the model file, and to plan it.
Status measure_opening(const Options& options, Measurements* result) {
  constexpr int kRepetitions = 9;
  std::vector<double> open_times;
  std::vector<double> plan_times;
  for (int i = 0; i < kRepetitions; ++i) {
    const Clock::time_point start = Clock::now();
    BITPLACE_ASSIGN(model, Model::open(options.engine.model.c_str()));
    open_times.push_back(milliseconds_since(start));
    const Clock::time_point opened = Clock::now();
    BITPLACE_TRY(Plan::create(model, plan_options(options.engine)));
    plan_times.push_back(milliseconds_since(opened));
  }
  result->open_ms = percentile(open_times, 0.5);
  result->plan_ms = percentile(plan_times, 0.5);
  return {};
}

// Describes one picture again and again for the given time, and so often that percentiles mean something, or
// a few times where one picture takes long.
Status measure_frames(Describer& describer, int width, int height, double seconds, Latency* latency,
                      std::optional<double>* allocations_per_frame) {
  constexpr int kWarmUp = 10;
  constexpr std::size_t kFewest = 3, kUsual = 20, kMost = 200000;
  constexpr double kPatience = 4.0;  // times the given time
  const auto pixels = random_pixels(width, height);
  const ImageView image{pixels.data(), width, height, 0, PixelFormat::rgb8};
  const Clock::time_point warm_up = Clock::now();
  for (int i = 0; i < kWarmUp && (i == 0 || milliseconds_since(warm_up) < seconds * 1e3); ++i)
    BITPLACE_TRY(describer.describe(image));
  std::vector<double> times;
  times.reserve(kMost);
  const auto allocations_before = allocation_count();
  const Clock::time_point start = Clock::now();
  const auto enough = [&] {
    const double patience = times.size() < kUsual ? kPatience : 1.0;
    return times.size() >= kFewest && milliseconds_since(start) >= patience * seconds * 1e3;
  };
  while (times.size() < kMost && !enough()) {
    const Clock::time_point frame_start = Clock::now();
    const auto descriptor = describer.describe(image);
    times.push_back(milliseconds_since(frame_start));
    if (!descriptor.ok()) return descriptor.error();
  }
  const auto allocations_after = allocation_count();
  if (allocations_before && allocations_after) {
    *allocations_per_frame =
        static_cast<double>(*allocations_after - *allocations_before) / static_cast<double>(times.size());
  }
  *latency = summary(times);
  return {};
}

// Pictures of the model's own size, so many to a call.
Status measure_batches(Describer& describer, int batch, double seconds, double* images_per_second) {
  const Model& model = describer.plan().model();
  const auto pixels = random_pixels(model.input_width(), model.input_height());
  const ImageView image{pixels.data(), model.input_width(), model.input_height(), 0, PixelFormat::rgb8};
  const std::vector<ImageView> images(static_cast<std::size_t>(batch), image);
  std::vector<std::byte> descriptors(images.size() * describer.descriptor_spec().bytes());
  const auto describe_once = [&] {
    return describer.describe(images.data(), images.size(), descriptors.data(), descriptors.size());
  };
  BITPLACE_TRY(describe_once());
  const Clock::time_point start = Clock::now();
  double described = 0.0;
  do {
    BITPLACE_TRY(describe_once());
    described += batch;
  } while (milliseconds_since(start) < seconds * 1e3);
  *images_per_second = described / milliseconds_since(start) * 1e3;
  return {};
}

std::int64_t peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

Json to_json(const Latency& latency) {
  return {{"min", latency.min}, {"p50", latency.p50}, {"p90", latency.p90}, {"p99", latency.p99}};
}

Json to_json(const Options& options, const Plan& plan, const Measurements& measured, std::int64_t peak) {
  Json json;
  json["model"] = {{"file", options.engine.model},
                   {"network", plan.model().network()},
                   {"identity", plan.model().identity()}};
  json["machine"] = cpu_name();
  json["isa"] = isa_name(plan.features());
  json["threads"] = options.engine.threads;
  json["device"] = plan.device();
  json["batch"] = options.engine.batch;
  if (options.engine.batch > 1) json["images_per_second"] = measured.images_per_second;
  json["latency_ms"] = to_json(measured.own_size);
  json["latency_640x480_ms"] = to_json(measured.resized);
  json["open_ms"] = measured.open_ms;
  json["plan_ms"] = measured.plan_ms;
  json["memory_bytes"] = {{"model", plan.model().file_bytes()},
                          {"plan", plan.packed_bytes()},
                          {"arena", plan.arena_bytes()},
                          {"peak_rss", peak}};
  json["allocations_per_frame"] =
      measured.allocations_per_frame ? Json(*measured.allocations_per_frame) : Json(nullptr);
  return json;
}

void print(const Options& options, const Plan& plan, const Measurements& measured, std::int64_t peak) {
  const Model& model = plan.model();
  const bool on_cpu = plan.device() == std::string("cpu");
  std::printf("%s (%s) on %s, %s, %d thread%s\n\n", options.engine.model.c_str(), model.network().c_str(),
              on_cpu ? cpu_name().c_str() : plan.device(), isa_name(plan.features()), options.engine.threads,
              options.engine.threads == 1 ? "" : "s");
  TextTable times({{"milliseconds", Align::left},
                   {"min", Align::right},
                   {"p50", Align::right},
                   {"p90", Align::right},
                   {"p99", Align::right}});
  const auto add = [&times](const std::string& name, const Latency& latency) {
    times.add_row(
        {name, fixed(latency.min, 3), fixed(latency.p50, 3), fixed(latency.p90, 3), fixed(latency.p99, 3)});
  };
  add("image " + std::to_string(model.input_width()) + "x" + std::to_string(model.input_height()) +
          " to descriptor",
      measured.own_size);
  add("image 640x480 to descriptor", measured.resized);
  times.add_row({"open the model file", "", fixed(measured.open_ms, 3)});
  times.add_row({"plan it", "", fixed(measured.plan_ms, 3)});
  if (options.engine.batch > 1) {
    times.add_row({"an image of a batch of " + std::to_string(options.engine.batch), "",
                   fixed(1e3 / measured.images_per_second, 3)});
  }
  TextTable memory({{"memory", Align::left}, {"", Align::right}});
  const auto add_memory = [&memory](const std::string& name, double bytes) {
    memory.add_row({name, bytes_text(bytes)});
  };
  add_memory("model file", static_cast<double>(model.file_bytes()));
  add_memory("plan", static_cast<double>(plan.packed_bytes()));
  add_memory("arena", static_cast<double>(plan.arena_bytes()));
  add_memory("while running (plan + arena)", static_cast<double>(plan.packed_bytes() + plan.arena_bytes()));
  add_memory("peak of the process", static_cast<double>(peak));
  std::printf("%s\n%s\nallocations per frame: %s\n", times.text().c_str(), memory.text().c_str(),
              measured.allocations_per_frame ? fixed(*measured.allocations_per_frame, 3).c_str()
                                             : "not counted in this build");
}

Status run(const Options& options) {
  Measurements measured;
  BITPLACE_TRY(measure_opening(options, &measured));
  BITPLACE_ASSIGN(describer, open_describer(options.engine));
  const Plan& plan = describer.plan();
  const Model& model = plan.model();
  BITPLACE_TRY(measure_frames(describer, model.input_width(), model.input_height(), options.seconds,
                              &measured.own_size, &measured.allocations_per_frame));
  std::optional<double> allocations_resized;
  BITPLACE_TRY(measure_frames(describer, 640, 480, options.seconds, &measured.resized, &allocations_resized));
  if (options.engine.batch > 1) {
    BITPLACE_TRY(
        measure_batches(describer, options.engine.batch, options.seconds, &measured.images_per_second));
  }
  // One number stands for both loops: neither may allocate.
  if (allocations_resized && measured.allocations_per_frame) {
    measured.allocations_per_frame = std::max(*measured.allocations_per_frame, *allocations_resized);
  }
  const std::int64_t peak = peak_resident_bytes();
  if (!options.json.empty()) BITPLACE_TRY(write_json(options.json, to_json(options, plan, measured, peak)));
  print(options, plan, measured, peak);
  return {};
}

}  // namespace

void add_bench_command(Program& program) {
  const auto options = std::make_shared<Options>();
  CommandLine& command =
      program.add_command("bench",
                          "Measure time and memory of a model on this machine: decoded image in memory to "
                          "descriptor",
                          [options] { return run(*options); });
  add_engine_options(command, &options->engine);
  command.add_option("--seconds", options->seconds, "Time for each of the two loops")
      ->check(in_range(0.01, 3600.0))
      ->show_default();
  command.add_option("--json", options->json, "Write the figures for machines");
}

}  // namespace bitplace::tools
