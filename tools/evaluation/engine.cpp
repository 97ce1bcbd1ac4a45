#include "evaluation/engine.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "bitplace/cpu.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

std::string isa_names() {
  std::string names;
  for (const IsaTier& tier : isa_tiers())
    names += (names.empty() ? "" : " ") + std::string(tier.name);
  return names;
}

}  // namespace

void add_execution_options(CommandLine& command, EngineOptions* options) {
  constexpr int kMostThreads = 256, kMostPictures = 4096;
  command.add_option("--isa", options->isa, "Use no more than this instruction set (" + isa_names() + ")");
  command.add_option("--threads", options->threads, "Threads that share one picture's work")
      ->check(in_range(1, kMostThreads))
      ->show_default();
  command.add_option("--device", options->device,
                     "Where to run: cpu, cuda, or cuda:N for the N-th GPU from 0");
  command.add_option("--batch", options->batch, "Pictures of one size that a GPU takes together")
      ->check(in_range(1, kMostPictures))
      ->show_default();
}

void add_engine_options(CommandLine& command, EngineOptions* options) {
  command.add_option("MODEL", options->model, "Model file (.vpr)")->required();
  add_execution_options(command, options);
}

PlanOptions plan_options(const EngineOptions& options) {
  PlanOptions result;
  result.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  result.device = options.device.c_str();
  return result;
}

DescriberOptions describer_options(const EngineOptions& options) {
  DescriberOptions result;
  result.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  result.threads = options.threads;
  result.device = options.device.c_str();
  result.batch = options.batch;
  return result;
}

Result<Describer> open_describer(const EngineOptions& options, std::shared_ptr<Executor> executor) {
  DescriberOptions chosen = describer_options(options);
  chosen.executor = std::move(executor);
  return Describer::open(options.model.c_str(), chosen);
}

Result<std::optional<DeviceSearch>> open_search(const EngineOptions& options, const Describer& describer,
                                                const PlaceMap& places, int batch, int count) {
  if (describer.plan().device() == std::string("cpu")) return std::optional<DeviceSearch>();
  BITPLACE_ASSIGN(search, DeviceSearch::create(places, {options.device.c_str(), batch, count}));
  return std::optional<DeviceSearch>(std::move(search));
}

Result<DecodedImage> ImageReader::read(const std::string& path) {
  auto image = read_image(path);
  if (image.ok() && image->orientation != 1 && !warned_) {
    warned_ = true;
    print_warning(path + ": EXIF orientation " + std::to_string(image->orientation) +
                  " is ignored, here and in any further picture: pixels are used as stored");
  }
  return image;
}

void descriptor_values(const DescriptorView& descriptor, std::span<float> values) {
  switch (descriptor.spec.type) {
    case DescriptorType::f32:
      std::copy_n(static_cast<const float*>(descriptor.data), values.size(), values.begin());
      return;
    case DescriptorType::s8:
      std::copy_n(static_cast<const std::int8_t*>(descriptor.data), values.size(), values.begin());
      return;
    case DescriptorType::bits: {
      const auto* bytes = static_cast<const std::uint8_t*>(descriptor.data);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = (bytes[i / 8] >> (i % 8) & 1) != 0 ? -1.0f : 1.0f;
      return;
    }
  }
}

}  // namespace bitplace::tools
