#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>

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
  std::string device;
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

bool is_on_cpu(const Plan& plan) {
  return std::strcmp(plan.device(), "cpu") == 0;
}

// A plan for a GPU by its architecture, which is not here to be measured.
bool is_on_paper(const Plan& plan) {
  return std::strncmp(plan.device(), "sm_", 3) == 0;
}

std::string share_text(double part, const Times& times) {
  return fixed(times.total > 0.0 ? 100.0 * part / times.total : 0.0, 1) + " %";
}

void print_heading(const Plan& plan) {
  const std::string machine =
      is_on_cpu(plan) ? std::string(isa_name(plan.features())) + " (" + cpu_name() + ")" : plan.device();
  std::printf("%s on %s: packed constants %s, arena %s\n\n", plan.model().network().c_str(), machine.c_str(),
              bytes_text(static_cast<double>(plan.packed_bytes())).c_str(),
              bytes_text(static_cast<double>(plan.arena_bytes())).c_str());
}

// What of the plan is known of one step, in the order of the table's columns.
std::vector<std::string> step_cells(const StepInfo& step, bool on_cpu) {
  std::vector<std::string> cells = {step.layer, step.operation,
                                    step.kernel + (step.reference ? " (REFERENCE)" : ""), step.isa};
  if (!on_cpu) cells.push_back(step.instruction.empty() ? "-" : step.instruction);
  for (const std::size_t bytes :
       {step.packed_bytes, step.output_offset, step.output_bytes, step.scratch_bytes})
    cells.push_back(std::to_string(bytes));
  return cells;
}

void print_plan(const Plan& plan, const std::optional<Times>& times) {
  print_heading(plan);
  const bool on_cpu = is_on_cpu(plan);
  std::vector<TextTable::Column> columns = {{"layer"}, {"operation"}, {"kernel"}, {"isa"}};
  if (!on_cpu) columns.push_back({"instruction"});
  for (const char* name : {"packed", "arena offset", "output", "scratch"})
    columns.push_back({name, Align::right});
  if (times) columns.insert(columns.end(), {{"us", Align::right}, {"share", Align::right}});
  TextTable table(columns);
  const auto add_row = [&](const StepInfo& step, double time) {
    std::vector<std::string> cells = step_cells(step, on_cpu);
    if (times) cells.insert(cells.end(), {fixed(time, 1), share_text(time, *times)});
    table.add_row(cells);
  };
  add_row(plan.preprocessing(), times ? times->preprocessing : 0.0);
  for (std::size_t i = 0; i < plan.steps().size(); ++i)
    add_row(plan.steps()[i], times ? times->steps[i] : 0.0);
  std::printf("%s", table.text().c_str());
  if (times) {
    std::printf("\ntimes: the fastest of %d frames of the model's own size, %s\n", times->frames,
                on_cpu ? "one thread" : "step by step");
  } else {
    std::printf("\ntimes: not measured, for there is no such device here\n");
  }
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

Json step_json(const StepInfo& step) {
  return {{"layer", step.layer},
          {"operation", step.operation},
          {"kernel", step.kernel},
          {"isa", step.isa},
          {"instruction", step.instruction},
          {"reference", step.reference},
          {"passed_over", step.passed_over},
          {"multiply_accumulates", step.multiply_accumulates},
          {"packed_bytes", step.packed_bytes},
          {"output_offset", step.output_offset},
          {"output_bytes", step.output_bytes},
          {"scratch_bytes", step.scratch_bytes}};
}

Json step_json(const StepInfo& step, double time, const Times& times) {
  Json json = step_json(step);
  json["latency_ms"] = time / 1000.0;
  json["share"] = times.total > 0.0 ? time / times.total : 0.0;
  return json;
}

Json plan_json(const Plan& plan, const std::optional<Times>& times) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < plan.steps().size(); ++i)
    steps.push_back(times ? step_json(plan.steps()[i], times->steps[i], *times) : step_json(plan.steps()[i]));
  Json json = {{"network", plan.model().network()},
               {"device", plan.device()},
               {"isa", isa_name(plan.features())},
               {"packed_bytes", plan.packed_bytes()},
               {"arena_bytes", plan.arena_bytes()},
               {"preprocessing", times ? step_json(plan.preprocessing(), times->preprocessing, *times)
                                       : step_json(plan.preprocessing())},
               {"steps", steps}};
  if (times) json["preprocessing_ms"] = times->preprocessing / 1000.0;
  return json;
}

Status run(const ExplainOptions& options) {
  BITPLACE_ASSIGN(model, Model::open(options.model.c_str()));
  PlanOptions plan_options;
  plan_options.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  plan_options.device = options.device.c_str();
  BITPLACE_ASSIGN(plan, Plan::create(model, plan_options));
  std::optional<Times> times;
  if (!is_on_paper(plan)) {
    BITPLACE_ASSIGN(measured, measure(plan));
    times = std::move(measured);
  }
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
  command.add_option(
      "--device", options->device,
      "cpu, cuda, cuda:N, or cuda:sm_87: how the model would run on a GPU of that architecture, "
      "which need not be here");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
