// bitplace_device_bench MODEL.vpr [BATCH]: time of every layer on the first GPU beside the least time that
// its products and its memory take at the rates that this GPU was measured to have.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/device/layer_limit.h"
#include "bitplace/describer.h"

namespace {

using namespace bitplace;
using Clock = std::chrono::steady_clock;

constexpr int kFrames = 50;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A step reads its constants once and, image by image, what the step before it wrote; it writes its output.
double least_seconds(const StepInfo& before, const StepInfo& step, int batch,
                     const bench::DeviceLimits& limits) {
  bench::DeviceWorkload workload;
  workload.products = static_cast<double>(step.multiply_accumulates) * batch;
  workload.bytes = static_cast<double>(step.packed_bytes) +
                   static_cast<double>(before.output_bytes + step.output_bytes) * batch;
  return bench::least_time(step.instruction, workload, limits).seconds;
}

Status fail_if(bool failed, const char* what) {
  return failed ? Status(Error(ErrorCode::unsupported, what)) : Status();
}

struct Pictures {
  std::vector<std::uint8_t> pixels;
  std::vector<ImageView> views;
  std::vector<std::byte> descriptors;

  Pictures(const Describer& describer, int batch) {
    const int width = describer.plan().model().input_width(),
              height = describer.plan().model().input_height();
    for (int i = 0; i < width * height * 3; ++i)
      pixels.push_back(static_cast<std::uint8_t>(i * 7 + i / 11));
    views.assign(static_cast<std::size_t>(batch), {pixels.data(), width, height, 0, PixelFormat::rgb8});
    descriptors.resize(views.size() * describer.descriptor_spec().bytes());
  }

  Status describe(Describer& describer) {
    return describer.describe(views.data(), views.size(), descriptors.data(), descriptors.size());
  }
};

// Seconds of a whole pass, the fastest.
Status measure_pass(Describer& describer, Pictures& pictures, double* best) {
  for (int i = 0; i < kFrames; ++i) {
    const Clock::time_point start = Clock::now();
    if (Status status = pictures.describe(describer); !status.ok()) return status;
    const double seconds = seconds_since(start);
    *best = i == 0 ? seconds : std::min(*best, seconds);
  }
  return {};
}

Status measure_steps(Describer& describer, Pictures& pictures, std::vector<double>* best) {
  describer.enable_profile(true);
  best->assign(describer.plan().steps().size(), 1e9);
  for (int i = 0; i < kFrames; ++i) {
    if (Status status = pictures.describe(describer); !status.ok()) return status;
    for (std::size_t step = 0; step < best->size(); ++step)
      (*best)[step] = std::min((*best)[step], static_cast<double>(describer.step_nanoseconds()[step]) / 1e9);
  }
  return {};
}

Status report(const char* path, int batch, const bench::DeviceLimits& limits) {
  DescriberOptions options;
  options.device = "cuda";
  options.batch = batch;
  auto opened = Describer::open(path, options);
  if (!opened.ok()) return opened.error();
  Describer describer = std::move(*opened);
  Pictures pictures(describer, batch);
  double pass = 0.0;
  std::vector<double> times;
  if (Status status = measure_pass(describer, pictures, &pass); !status.ok()) return status;
  if (Status status = measure_steps(describer, pictures, &times); !status.ok()) return status;
  const Plan& plan = describer.plan();
  std::printf("\n%s, batch %d, on %s\n%-28s %-34s %12s %12s %7s\n", path, batch, plan.device(), "layer",
              "kernel", "us", "least us", "share");
  double least = 0.0, total = 0.0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const StepInfo& before = i == 0 ? plan.preprocessing() : plan.steps()[i - 1];
    const double limit = least_seconds(before, plan.steps()[i], batch, limits);
    std::printf("%-28s %-34s %12.2f %12.2f %6.1f%%\n", plan.steps()[i].layer.c_str(),
                plan.steps()[i].kernel.c_str(), times[i] * 1e6, limit * 1e6, 100.0 * limit / times[i]);
    least += limit;
    total += times[i];
  }
  std::printf("SUMMARY | %s | %d | %.3f ms | %.0f images/s | %.1f%% of the limit over all layers |\n", path,
              batch, pass * 1e3, batch / pass, total > 0.0 ? 100.0 * least / total : 0.0);
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || count > 3) {
    std::fprintf(stderr, "usage: bitplace_device_bench MODEL.vpr [BATCH]\n");
    return 2;
  }
  bench::DeviceLimits limits;
  Status status =
      fail_if(!bench::measure_device_limits(0, &limits), "no CUDA device, or it cannot be measured");
  if (status.ok()) {
    std::printf("limits: %s\n", bench::limits_text(limits).c_str());
    const int batch = count == 3 ? std::atoi(arguments[2]) : 1;
    status = report(arguments[1], batch, limits);
  }
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", status.error().message());
  return status.ok() ? 0 : 1;
}
