#include "bench/device/moving_layers.h"

#include <cstring>
#include <random>

#include "core/arena.h"
#include "core/error.h"
#include "cuda/elementwise/elementwise_rows.h"
#include "cuda/plan/device_step.h"
#include "cuda/pool/pool_rows.h"
#include "cuda/threshold/threshold.h"
#include "kernels/common/half.h"

namespace bitplace::bench {
namespace {

template <typename Kernel>
const Kernel& reference(KernelTable<Kernel> table) {
  return *table.rows[table.count - 1];
}

std::size_t element_bytes(DataType type) {
  return static_cast<std::size_t>(bits_per_element(type)) / 8;
}

// ResNet-18's first residual sum, without its ReLU.
MovingLayer sum(const cuda::DeviceKernel& kernel, DataType type) {
  constexpr std::int64_t kElements = std::int64_t{56} * 56 * 64;
  const AddKernel& add = reference(add_kernels());
  AddStep step{};
  step.run = type == DataType::s8 ? add.run_s8 : type == DataType::f16 ? add.run_f16 : add.run_f32;
  step.call.scale_a = 0.5f;
  step.call.scale_b = 0.75f;
  step.call.low = -127.0f;
  step.call.high = 127.0f;
  step.count = kElements;
  MovingLayer layer{"resnet18/add56", &kernel, {}, type, kElements, true, 0};
  layer.step.parameters = step;
  layer.output_bytes = static_cast<std::size_t>(kElements) * element_bytes(type);
  return layer;
}

// ResNet-18's pooling behind the stem.
MovingLayer max_pool(const cuda::DeviceKernel& kernel, const MaxPoolKernel& on_cpu, DataType type) {
  constexpr std::int32_t kChannels = 64, kInput = 112, kOutput = 56;
  MaxPoolStep step{};
  step.kernel = &on_cpu;
  step.problem = {kInput, kInput, kChannels, kOutput, kOutput, 3, 3, 2, 2, 1, 1};
  MovingLayer layer{
      "resnet18/pool112", &kernel, {}, type, std::int64_t{kInput} * kInput * kChannels, false, 0};
  layer.step.parameters = step;
  layer.step.tasks = kOutput;
  layer.output_bytes = std::size_t{kOutput} * kOutput * kChannels * element_bytes(type);
  return layer;
}

// MobileNetV2's mean of the last feature map.
MovingLayer mean(const cuda::DeviceKernel& kernel) {
  constexpr std::int32_t kChannels = 1280, kInput = 7;
  AveragePoolStep step{};
  step.run = reference(average_pool_kernels()).run_s8;
  step.problem = {kInput, kInput, kChannels, 1, 1, kInput, kInput, 1, 1, 0, 0, false, 0.8f};
  MovingLayer layer{"mobilenet_v2/mean7",
                    &kernel,
                    {},
                    DataType::s8,
                    std::int64_t{kInput} * kInput * kChannels,
                    false,
                    kChannels};
  layer.step.parameters = step;
  layer.step.tasks = average_pool_tasks(step.problem);
  return layer;
}

// Signs of a binary ResNet's activations.
MovingLayer signs() {
  constexpr std::int32_t kChannels = 64, kPixels = 56 * 56;
  PackBitsStep step{};
  step.kernel = &reference(pack_bits_kernels());
  step.pixels = kPixels;
  step.channels = kChannels;
  MovingLayer layer{"bireal34/sign56",
                    &cuda::pack_bits__ballot,
                    {},
                    DataType::f32,
                    std::int64_t{kPixels} * kChannels,
                    false,
                    std::size_t{kPixels} * kChannels / 8};
  layer.step.parameters = step;
  return layer;
}

// Codes from -127 to 127, and those over 127 as floats and halves.
void fill(std::byte* bytes, std::int64_t elements, DataType type) {
  std::mt19937 generator(9);
  for (std::int64_t i = 0; i < elements; ++i) {
    const int code = static_cast<int>(generator() % 255u) - 127;
    const float number = static_cast<float>(code) / 127.0f;
    const std::uint16_t half = float_to_half(number);
    if (type == DataType::s8) bytes[i] = static_cast<std::byte>(code);
    if (type == DataType::f16) std::memcpy(bytes + 2 * i, &half, sizeof half);
    if (type == DataType::f32) std::memcpy(bytes + 4 * i, &number, sizeof number);
  }
}

class MovingWork final : public DeviceWork {
 public:
  MovingWork(cuda::Device& device, const MovingLayer& layer, int batch)
      : device_(device),
        layer_(layer),
        batch_(static_cast<std::size_t>(batch)),
        input_bytes_(static_cast<std::size_t>(layer.input_elements) * element_bytes(layer.input_type)) {}

  Status prepare() {
    BITPLACE_TRY(run_reference());
    BITPLACE_ASSIGN(first, upload_input("the input"));
    input_ = first;
    if (layer_.two_inputs) {
      BITPLACE_ASSIGN(second, upload_input("the second input"));
      second_input_ = second;
    }
    BITPLACE_ASSIGN(output, device_.allocate(batch_ * layer_.output_bytes + kTailPad, "the output"));
    output_ = output;
    BITPLACE_ASSIGN(result, device_.allocate_pinned(layer_.output_bytes, "an image's output"));
    result_ = result;
    return {};
  }

  Status launch(cuda::Stream& stream) override {
    const cuda::StepMemory memory = {input_.get(), second_input_.get(), output_.get(), nullptr,
                                     static_cast<std::int32_t>(batch_)};
    return cuda::issue({layer_.kernel, layer_.step, 0}, memory, stream);
  }

  double bytes() const override {
    const std::size_t inputs = layer_.two_inputs ? 2 : 1;
    return static_cast<double>(batch_) * static_cast<double>(inputs * input_bytes_ + layer_.output_bytes);
  }

  Status check(cuda::Stream& stream) override {
    BITPLACE_TRY(check_image(stream, 0));
    return check_image(stream, batch_ - 1);
  }

 private:
  // Both inputs are the same numbers; the output lies behind them.
  Status run_reference() {
    layer_.step.output_offset = (input_bytes_ + kTailPad + kAlignment - 1) / kAlignment * kAlignment;
    BITPLACE_ASSIGN(arena,
                    AlignedBuffer::allocate(layer_.step.output_offset + layer_.output_bytes + kTailPad));
    fill(arena.data(), layer_.input_elements, layer_.input_type);
    for (std::int64_t task = 0; task < layer_.step.tasks; ++task)
      run_task(layer_.step, arena.data(), task);
    arena_ = std::move(arena);
    return {};
  }

  Result<cuda::Memory> upload_input(const char* purpose) {
    BITPLACE_ASSIGN(memory, device_.allocate(batch_ * input_bytes_ + kTailPad, purpose));
    for (std::size_t image = 0; image < batch_; ++image)
      BITPLACE_TRY(device_.upload(memory.get() + image * input_bytes_, arena_.data(), input_bytes_));
    return memory;
  }

  Status check_image(cuda::Stream& stream, std::size_t image) {
    const std::size_t bytes = layer_.output_bytes;
    BITPLACE_TRY(stream.copy_to_host(result_.get(), output_.get() + image * bytes, bytes));
    BITPLACE_TRY(stream.synchronize());
    if (std::memcmp(result_.get(), arena_.data() + layer_.step.output_offset, bytes) == 0) return {};
    return make_error(ErrorCode::internal, "image " + std::to_string(image),
                      "differs from the reference kernel");
  }

  cuda::Device& device_;
  MovingLayer layer_;
  std::size_t batch_, input_bytes_;
  AlignedBuffer arena_;
  cuda::Memory input_, second_input_, output_, result_;
};

}  // namespace

std::vector<MovingLayer> moving_layers() {
  return {sum(cuda::add_s8__packets, DataType::s8),
          sum(cuda::add_f16__packets, DataType::f16),
          sum(cuda::add_f32__packets, DataType::f32),
          max_pool(cuda::max_pool_s8__packets, reference(max_pool_s8_kernels()), DataType::s8),
          max_pool(cuda::max_pool_f16__packets, reference(max_pool_f16_kernels()), DataType::f16),
          mean(cuda::average_pool_s8__packets),
          signs()};
}

MadeWork make_moving_layer(cuda::Device& device, const MovingLayer& layer, int batch) {
  return guarded([&]() -> MadeWork {
    auto work = std::make_unique<MovingWork>(device, layer, batch);
    BITPLACE_TRY(work->prepare());
    return std::unique_ptr<DeviceWork>(std::move(work));
  });
}

}  // namespace bitplace::bench
