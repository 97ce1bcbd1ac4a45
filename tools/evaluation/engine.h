// What every command that runs a model needs: its options, the open model, its pictures.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitplace/describer.h"
#include "bitplace/device_search.h"
#include "common/program.h"
#include "image/decode.h"

namespace bitplace::tools {

struct EngineOptions {
  std::string model;
  std::string isa;  // empty: BITPLACE_MAX_ISA, or everything that this CPU has
  int threads = 1;
  std::string device;  // empty: the CPU
  int batch = 1;       // pictures that a GPU takes together
};

// --isa, --threads, --device and --batch.
void add_execution_options(CommandLine& command, EngineOptions* options);
// MODEL as well.
void add_engine_options(CommandLine& command, EngineOptions* options);

PlanOptions plan_options(const EngineOptions& options);
DescriberOptions describer_options(const EngineOptions& options);
// With `executor` it runs there instead of on threads of its own.
Result<Describer> open_describer(const EngineOptions& options, std::shared_ptr<Executor> executor = nullptr);

// Where the model runs on a GPU, the map's places there too, for `batch` queries at a time and `count`
// matches of each; nothing on the CPU, where the map searches.
Result<std::optional<DeviceSearch>> open_search(const EngineOptions& options, const Describer& describer,
                                                const PlaceMap& places, int batch, int count);

// Reads pictures and warns, once, of the first whose EXIF data asks for a turn that is not done.
class ImageReader {
 public:
  Result<DecodedImage> read(const std::string& path);

 private:
  bool warned_ = false;
};

// The descriptor as numbers: what is stored for f32 and s8, -1 and +1 for bits.
void descriptor_values(const DescriptorView& descriptor, std::span<float> values);

using Clock = std::chrono::steady_clock;
inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace bitplace::tools
