#include "bitplace/describer.h"

#include <chrono>
#include <cstring>
#include <span>
#include <string>

#include "core/error.h"
#include "cuda/plan/device_describer.h"
#include "image/preprocess.h"
#include "kernels/common/half.h"
#include "plan/plan_implementation.h"

namespace bitplace {
namespace {

std::int64_t nanoseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start)
      .count();
}

struct TaskContext {
  const Step* step;
  std::byte* arena;
};

void run_one_task(std::int64_t task, void* context) {
  const auto* c = static_cast<const TaskContext*>(context);
  run_task(*c->step, c->arena, task);
}

template <typename T>
void convert(const std::byte* values, float* out, std::size_t count) {
  const auto* typed = reinterpret_cast<const T*>(values);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<float>(typed[i]);
}

// Codes come out as the whole numbers that they are.
void copy_as_floats(DataType type, const std::byte* values, float* out, std::size_t count) {
  switch (type) {
    case DataType::s32:
      return convert<std::int32_t>(values, out, count);
    case DataType::s8:
      return convert<std::int8_t>(values, out, count);
    case DataType::f16:
      for (std::size_t i = 0; i < count; ++i)
        out[i] = half_to_float(reinterpret_cast<const std::uint16_t*>(values)[i]);
      return;
    default:
      std::memcpy(out, values, count * sizeof(float));
  }
}

}  // namespace

struct Describer::State {
  Plan plan;
  AlignedBuffer arena;
  std::shared_ptr<Executor> executor;
  std::unique_ptr<cuda::DeviceDescriber> on_device;  // null on the CPU, which uses the members around it
  std::vector<std::byte> device_descriptor;          // what a view shows
  bool profiled = false;
  std::int64_t preprocessing_time = 0;
  std::vector<std::int64_t> layer_times;

  const Plan::Implementation& implementation() const { return *plan.implementation(); }

  void run_step(const Step& step) noexcept {
    if (executor->concurrency() == 1 || step.tasks == 1) {
      for (std::int64_t task = 0; task < step.tasks; ++task)
        run_task(step, arena.data(), task);
    } else {
      TaskContext context = {&step, arena.data()};
      executor->parallel_for(step.tasks, run_one_task, &context);
    }
  }

  void run_steps() noexcept {
    for (const Step& step : implementation().steps)
      run_step(step);
  }

  void run_steps_profiled() noexcept {
    for (std::int64_t& time : layer_times)
      time = 0;
    for (const Step& step : implementation().steps) {
      const auto start = std::chrono::steady_clock::now();
      run_step(step);
      layer_times[step.layer] += nanoseconds_since(start);
    }
  }

  void load_image(const ImageView& image) noexcept {
    const Plan::Implementation& plan_data = implementation();
    const Preprocessor& preprocessor = plan_data.preprocessor;
    std::byte* input = arena.data() + plan_data.input_offset;
    std::byte* scratch = arena.data() + plan_data.preprocessing_scratch_offset;
    const int parts = preprocessor.useful_parts();
    if (executor->concurrency() == 1 || parts == 1) {
      preprocessor.run(image, input, scratch);
    } else {
      preprocessor.run(image, input, scratch, *executor, parts);
    }
  }

  void run_checked(const ImageView& image) noexcept {
    if (!profiled) {
      load_image(image);
      run_steps();
      return;
    }
    const auto start = std::chrono::steady_clock::now();
    load_image(image);
    preprocessing_time = nanoseconds_since(start);
    run_steps_profiled();
  }

  Status run(const ImageView& image) noexcept {
    Status status = guarded([&] { return check_image(image); });
    if (status.ok()) run_checked(image);
    return status;
  }

  // The descriptor of an image, where it lies until the next one.
  Result<const std::byte*> describe(const ImageView& image) noexcept {
    if (on_device != nullptr) {
      BITPLACE_TRY(describe_on_device({&image, 1}, device_descriptor.data()));
      return device_descriptor.data();
    }
    BITPLACE_TRY(run(image));
    return arena.data() + implementation().descriptor_offset;
  }

  Status describe_on_device(std::span<const ImageView> images, std::byte* descriptors) noexcept {
    return guarded([&]() -> Status {
      for (const ImageView& image : images)
        BITPLACE_TRY(check_image(image));
      return on_device->describe(images, plan.model().descriptor_spec().bytes(), descriptors);
    });
  }

  Status describe_in_turn(std::span<const ImageView> images, std::byte* descriptors) noexcept {
    const std::size_t bytes = plan.model().descriptor_spec().bytes();
    for (const ImageView& image : images) {
      BITPLACE_ASSIGN(descriptor, describe(image));
      std::memcpy(descriptors, descriptor, bytes);
      descriptors += bytes;
    }
    return {};
  }

  Status features_on_device(const ImageView& image, float* out) noexcept {
    return guarded([&]() -> Status {
      BITPLACE_TRY(check_image(image));
      const DataType type = implementation().features_type;
      const auto count = static_cast<std::size_t>(implementation().feature_count);
      std::vector<std::byte> values(count * static_cast<std::size_t>(bits_per_element(type)) / 8);
      BITPLACE_TRY(on_device->features(image, values.size(), values.data()));
      copy_as_floats(type, values.data(), out, count);
      return {};
    });
  }

  Status take_memory(const DescriberOptions& options) {
    layer_times.resize(plan.steps().size());
    if (const auto& device_plan = implementation().device_plan) {
      BITPLACE_ASSIGN(describer, cuda::DeviceDescriber::create(device_plan, options.batch));
      on_device = std::move(describer);
      device_descriptor.resize(plan.model().descriptor_spec().bytes());
      return {};
    }
    executor = options.executor;
    if (executor == nullptr) {
      BITPLACE_ASSIGN(pool, create_thread_pool(options.threads));
      executor = std::move(pool);
    }
    BITPLACE_ASSIGN(memory, AlignedBuffer::allocate(plan.arena_bytes()));
    arena = std::move(memory);
    return {};
  }
};

Describer::Describer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Describer::Describer(Describer&&) noexcept = default;
Describer& Describer::operator=(Describer&&) noexcept = default;
Describer::~Describer() = default;

Result<Describer> Describer::open(const char* path, const DescriberOptions& options) noexcept {
  return guarded([&]() -> Result<Describer> {
    BITPLACE_ASSIGN(model, Model::open(path));
    PlanOptions plan_options;
    plan_options.isa = options.isa;
    plan_options.device = options.device;
    BITPLACE_ASSIGN(plan, Plan::create(model, plan_options));
    return create(plan, options);
  });
}

Result<Describer> Describer::create(const Plan& plan, const DescriberOptions& options) noexcept {
  return guarded([&]() -> Result<Describer> {
    if (options.batch < 1) return make_error(ErrorCode::invalid_argument, "batch", "must be at least 1");
    auto state = std::make_unique<State>();
    state->plan = plan;
    BITPLACE_TRY(state->take_memory(options));
    return Describer(std::move(state));
  });
}

const Plan& Describer::plan() const noexcept {
  return state_->plan;
}
const DescriptorSpec& Describer::descriptor_spec() const noexcept {
  return state_->plan.model().descriptor_spec();
}

Result<DescriptorView> Describer::describe(const ImageView& image) noexcept {
  BITPLACE_ASSIGN(descriptor, state_->describe(image));
  return DescriptorView{descriptor, descriptor_spec()};
}

Status Describer::describe(const ImageView& image, void* descriptor, std::size_t bytes) noexcept {
  if (descriptor == nullptr || bytes != descriptor_spec().bytes()) {
    return Error(ErrorCode::invalid_argument,
                 "descriptor: the memory given is not descriptor_spec().bytes() long");
  }
  BITPLACE_ASSIGN(made, state_->describe(image));
  std::memcpy(descriptor, made, bytes);
  return {};
}

Status Describer::describe(const ImageView* images, std::size_t count, void* descriptors,
                           std::size_t bytes) noexcept {
  const std::size_t each = descriptor_spec().bytes();
  if ((count > 0 && (images == nullptr || descriptors == nullptr)) || bytes / each != count ||
      bytes % each != 0) {
    return Error(ErrorCode::invalid_argument,
                 "descriptors: the memory given is not descriptor_spec().bytes() long for each image");
  }
  const std::span<const ImageView> all(images, count);
  auto* out = static_cast<std::byte*>(descriptors);
  return state_->on_device != nullptr ? state_->describe_on_device(all, out)
                                      : state_->describe_in_turn(all, out);
}

std::size_t Describer::feature_count() const noexcept {
  return static_cast<std::size_t>(state_->implementation().feature_count);
}

Status Describer::features(const ImageView& image, float* out, std::size_t count) noexcept {
  if (out == nullptr || count != feature_count()) {
    return Error(ErrorCode::invalid_argument,
                 "features: the memory given does not hold feature_count() floats");
  }
  if (state_->on_device != nullptr) return state_->features_on_device(image, out);
  BITPLACE_TRY(state_->run(image));
  const Plan::Implementation& plan_data = state_->implementation();
  copy_as_floats(plan_data.features_type, state_->arena.data() + plan_data.features_offset, out, count);
  return {};
}

void Describer::enable_profile(bool enabled) noexcept {
  state_->profiled = enabled;
  if (state_->on_device != nullptr) state_->on_device->enable_profile(enabled);
}
std::int64_t Describer::preprocessing_nanoseconds() const noexcept {
  return state_->on_device != nullptr ? state_->on_device->preprocessing_nanoseconds()
                                      : state_->preprocessing_time;
}
const std::vector<std::int64_t>& Describer::step_nanoseconds() const noexcept {
  return state_->on_device != nullptr ? state_->on_device->step_nanoseconds() : state_->layer_times;
}

}  // namespace bitplace
