#include "bitplace/describer.h"

#include <chrono>
#include <cstring>

#include "core/error.h"
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
    BITPLACE_ASSIGN(plan, Plan::create(model, plan_options));
    return create(plan, options);
  });
}

Result<Describer> Describer::create(const Plan& plan, const DescriberOptions& options) noexcept {
  return guarded([&]() -> Result<Describer> {
    auto state = std::make_unique<State>();
    state->plan = plan;
    state->executor = options.executor;
    if (state->executor == nullptr) {
      BITPLACE_ASSIGN(pool, create_thread_pool(options.threads));
      state->executor = std::move(pool);
    }
    BITPLACE_ASSIGN(arena, AlignedBuffer::allocate(plan.arena_bytes()));
    state->arena = std::move(arena);
    state->layer_times.resize(plan.steps().size());
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
  BITPLACE_TRY(state_->run(image));
  return DescriptorView{state_->arena.data() + state_->implementation().descriptor_offset, descriptor_spec()};
}

Status Describer::describe(const ImageView& image, void* descriptor, std::size_t bytes) noexcept {
  if (descriptor == nullptr || bytes != descriptor_spec().bytes()) {
    return Error(ErrorCode::invalid_argument,
                 "descriptor: the memory given is not descriptor_spec().bytes() long");
  }
  BITPLACE_TRY(state_->run(image));
  std::memcpy(descriptor, state_->arena.data() + state_->implementation().descriptor_offset, bytes);
  return {};
}

std::size_t Describer::feature_count() const noexcept {
  return static_cast<std::size_t>(state_->implementation().feature_count);
}

Status Describer::features(const ImageView& image, float* out, std::size_t count) noexcept {
  if (out == nullptr || count != feature_count()) {
    return Error(ErrorCode::invalid_argument,
                 "features: the memory given does not hold feature_count() floats");
  }
  BITPLACE_TRY(state_->run(image));
  const Plan::Implementation& plan_data = state_->implementation();
  copy_as_floats(plan_data.features_type, state_->arena.data() + plan_data.features_offset, out, count);
  return {};
}

void Describer::enable_profile(bool enabled) noexcept {
  state_->profiled = enabled;
}
std::int64_t Describer::preprocessing_nanoseconds() const noexcept {
  return state_->preprocessing_time;
}
const std::vector<std::int64_t>& Describer::step_nanoseconds() const noexcept {
  return state_->layer_times;
}

}  // namespace bitplace
