#include <algorithm>
#include <chrono>
#include <cstdio>

#include "bitplace/describer.h"
#include "common/json_file.h"
#include "common/text_table.h"
#include "core/error.h"
#include "vprconv/commands.h"

namespace bitplace::tools {
namespace {

constexpr int kWarmUpFrames = 3;
constexpr int kMostFrames = 60;
constexpr double kMostSeconds = 2.0;  // reference kernels take seconds for one frame

struct ExplainOptions {
  std::string model;
  std::string isa;
  std::string json;
};

// The fastest of some frames, step by step, in microseconds.
struct Times {
  double preprocessing = 0.0;
  std::vector<double> steps;
  double total = 0.0;
  int frames = 0;
};

// An image of the model's own size: stripes and a gradient, so that no layer sees only one value.
std::vector<std::uint8_t> test_pixels(int width, int height) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        pixels.push_back(static_cast<std::uint8_t>((x * 3 + y * (c + 1) + (x / 8 + y / 8) % 2 * 90) & 255));
    }
  }
  return pixels;
}

void keep_fastest(double* best, std::int64_t nanoseconds) {
  const double microseconds = static_cast<double>(nanoseconds) / 1000.0;
  *best = *best == 0.0 ? microseconds : std::min(*best, microseconds);
}

Result<Times> measure(const Plan& plan) {
  BITPLACE_ASSIGN(describer, Describer::create(plan));
  const int width = plan.model().input_width(), height = plan.model().input_height();
  const std::vector<std::uint8_t> pixels = test_pixels(width, height);
  const ImageView image{pixels.data(), width, height, 0, PixelFormat::rgb8};
  describer.enable_profile(true);
  Times times;
  times.steps.resize(plan.steps().size());
  const auto start = std::chrono::steady_clock::now();
  for (int frame = 0; frame < kWarmUpFrames + kMostFrames; ++frame) {
    const Result<DescriptorView> descriptor = describer.describe(image);
    if (!descriptor.ok()) return descriptor.error();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const bool last = elapsed.count() > kMostSeconds;
    if (frame < kWarmUpFrames && !last) continue;
    ++times.frames;
    keep_fastest(&times.preprocessing, describer.preprocessing_nanoseconds());
    for (std::size_t i = 0; i < times.steps.size(); ++i)
      keep_fastest(&times.steps[i], describer.step_nanoseconds()[i]);
    if (last) break;
  }
  times.total = times.preprocessing;
  for (const double step : times.steps)
    times.total += step;
  return times;
}

std::string share_text(double part, const Times& times) {
  return fixed(times.total > 0.0 ? 100.0 * part / times.total : 0.0, 1) + " %";
}

void print_plan(const Plan& plan, const Times& times) {
  std::printf("%s on %s (%s): packed constants %s, arena %s\n\n", plan.model().network().c_str(),
              isa_name(plan.features()), cpu_name().c_str(),
              bytes_text(static_cast<double>(plan.packed_bytes())).c_str(),
              bytes_text(static_cast<double>(plan.arena_bytes())).c_str());
  TextTable table({{"layer"},
                   {"operation"},
                   {"kernel"},
                   {"isa"},
                   {"packed", Align::right},
                   {"arena offset", Align::right},
                   {"output", Align::right},
                   {"scratch", Align::right},
                   {"us", Align::right},
                   {"share", Align::right}});
  const auto add_row = [&](const StepInfo& step, double time) {
    table.add_row({step.layer, step.operation, step.kernel + (step.reference ? " (REFERENCE)" : ""), step.isa,
                   std::to_string(step.packed_bytes), std::to_string(step.output_offset),
                   std::to_string(step.output_bytes), std::to_string(step.scratch_bytes), fixed(time, 1),
                   share_text(time, times)});
  };
  add_row(plan.preprocessing(), times.preprocessing);
  for (std::size_t i = 0; i < plan.steps().size(); ++i)
    add_row(plan.steps()[i], times.steps[i]);
  std::printf("%s", table.text().c_str());
  std::printf("\ntimes: the fastest of %d frames of the model's own size, one thread\n", times.frames);
}

// A kernel is the first of its table that this CPU can run and that takes the layer's shape.
void print_reasons(const Plan& plan) {
  std::string text;
  for (const StepInfo& step : plan.steps()) {
    if (!step.passed_over.empty())
      text += "  " + step.layer + ": " + step.kernel + ", not " + step.passed_over + "\n";
  }
  if (!text.empty())
    std::printf("\nwhy these kernels (the first of each table that runs here and takes the shape):\n%s",
                text.c_str());
}

Json step_json(const StepInfo& step, double time, const Times& times) {
  return {{"layer", step.layer},
          {"operation", step.operation},
          {"kernel", step.kernel},
          {"isa", step.isa},
          {"reference", step.reference},
          {"passed_over", step.passed_over},
          {"multiply_accumulates", step.multiply_accumulates},
          {"packed_bytes", step.packed_bytes},
          {"output_offset", step.output_offset},
          {"output_bytes", step.output_bytes},
          {"scratch_bytes", step.scratch_bytes},
          {"latency_ms", time / 1000.0},
          {"share", times.total > 0.0 ? time / times.total : 0.0}};
}

Json plan_json(const Plan& plan, const Times& times) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < plan.steps().size(); ++i)
    steps.push_back(step_json(plan.steps()[i], times.steps[i], times));
  return {{"network", plan.model().network()},
          {"isa", isa_name(plan.features())},
          {"packed_bytes", plan.packed_bytes()},
          {"arena_bytes", plan.arena_bytes()},
          {"preprocessing_ms", times.preprocessing / 1000.0},
          {"preprocessing", step_json(plan.preprocessing(), times.preprocessing, times)},
          {"steps", steps}};
}

Status run(const ExplainOptions& options) {
  BITPLACE_ASSIGN(model, Model::open(options.model.c_str()));
  PlanOptions plan_options;
  plan_options.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  BITPLACE_ASSIGN(plan, Plan::create(model, plan_options));
  BITPLACE_ASSIGN(times, measure(plan));
  print_plan(plan, times);
  print_reasons(plan);
  for (const StepInfo& step : plan.steps()) {
    if (step.reference)
      print_warning("layer '" + step.layer + "' runs the reference kernel " + step.kernel +
                    ", which is slow");
  }
  return options.json.empty() ? Status() : write_json(options.json, plan_json(plan, times));
}

}  // namespace

void add_explain(Program& program) {
  const auto options = std::make_shared<ExplainOptions>();
  CommandLine& command = program.add_command(
      "explain", "Shows how a model runs here: kernels, instruction sets, memory, share of the time",
      [options] { return run(*options); });
  command.add_option("model", options->model, "A .vpr model")->required();
  command.add_option("--isa", options->isa, "Use at most this instruction set (ref, avx2, neon, ...)");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
