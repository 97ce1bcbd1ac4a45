#include "cuda/plan/device_describer.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace bitplace::cuda {
namespace {

// Of the sizes of image that come in turn, so many keep their memory and frames, and each as many frames.
constexpr std::size_t kMostSizes = 4;
constexpr std::size_t kMostFrames = 8;

// Makes room for one more at the end.
template <typename T>
void drop_first_of(std::vector<T>* items, std::size_t most) {
  if (items->size() == most) items->erase(items->begin());
}

}  // namespace

DeviceDescriber::DeviceDescriber(std::shared_ptr<const DevicePlan> plan, std::int32_t batch)
    : plan_(std::move(plan)), batch_(batch) {}

Result<std::unique_ptr<DeviceDescriber>> DeviceDescriber::create(std::shared_ptr<const DevicePlan> plan,
                                                                 std::int32_t batch) {
  if (plan->device() == nullptr) {
    return make_error(ErrorCode::invalid_argument, "describer",
                      "the plan is for an architecture, to be looked at; it has no device");
  }
  std::unique_ptr<DeviceDescriber> describer(new DeviceDescriber(std::move(plan), batch));
  BITPLACE_TRY(describer->take_memory());
  return describer;
}

Status DeviceDescriber::take_memory() {
  Device& device = *plan_->device();
  BITPLACE_ASSIGN(layout, plan_->layout(batch_));
  layout_ = std::move(layout);
  BITPLACE_ASSIGN(arena, device.allocate(layout_.total_bytes, "a describer's arena"));
  arena_ = std::move(arena);
  BITPLACE_ASSIGN(result, device.allocate_pinned(plan_->descriptor_bytes() * static_cast<std::size_t>(batch_),
                                                 "a describer's descriptors"));
  pinned_result_ = std::move(result);
  BITPLACE_ASSIGN(stream, device.create_stream());
  stream_ = std::move(stream);
  step_times_.resize(plan_->steps().size());
  // What kernels read behind a tensor is defined from the first frame on.
  BITPLACE_TRY(stream_->clear(arena_.get(), layout_.total_bytes));
  return stream_->synchronize();
}

Status DeviceDescriber::describe(std::span<const ImageView> images, std::size_t descriptor_bytes,
                                 std::byte* descriptors) {
  while (!images.empty()) {
    const auto most = std::min(images.size(), static_cast<std::size_t>(batch_));
    std::size_t count = 1;
    while (count < most && format_of(images[count]) == format_of(images[0]))
      ++count;
    BITPLACE_TRY(run(images.first(count)));
    for (std::size_t i = 0; i < count; ++i, descriptors += descriptor_bytes)
      std::memcpy(descriptors, pinned_result_.get() + i * plan_->descriptor_bytes(), descriptor_bytes);
    images = images.subspan(count);
  }
  return {};
}

Status DeviceDescriber::features(const ImageView& image, std::size_t bytes, std::byte* out) {
  BITPLACE_TRY(run({&image, 1}));
  BITPLACE_ASSIGN(pinned, plan_->device()->allocate_pinned(bytes, "an image's features"));
  BITPLACE_TRY(stream_->copy_to_host(pinned.get(), arena_.get() + layout_.features_offset, bytes));
  BITPLACE_TRY(stream_->synchronize());
  std::memcpy(out, pinned.get(), bytes);
  return {};
}

Status DeviceDescriber::run(std::span<const ImageView> images) {
  const auto count = static_cast<std::int32_t>(images.size());
  BITPLACE_ASSIGN(size, size_of(format_of(images[0])));
  for (std::int32_t i = 0; i < count; ++i)
    size->images.stage(images[static_cast<std::size_t>(i)], i);
  return profiled_ ? run_profiled(size->images, count) : run_recorded(*size, count);
}

Result<DeviceDescriber::ImageSize*> DeviceDescriber::size_of(const ImageFormat& format) {
  const auto found = std::find_if(sizes_.begin(), sizes_.end(),
                                  [&](const ImageSize& size) { return size.images.format() == format; });
  if (found != sizes_.end()) return &*found;
  drop_first_of(&sizes_, kMostSizes);
  BITPLACE_ASSIGN(images, DeviceImages::create(*plan_->device(), plan_->preprocessing(), format, batch_));
  sizes_.push_back({std::move(images), {}});
  return &sizes_.back();
}

Status DeviceDescriber::run_recorded(ImageSize& size, std::int32_t count) {
  const auto found = std::find_if(size.frames.begin(), size.frames.end(),
                                  [&](const Frame& frame) { return frame.count == count; });
  if (found != size.frames.end()) {
    BITPLACE_TRY(stream_->replay(*found->recording));
    return stream_->synchronize();
  }
  // Kernels are loaded when they are first launched, which waits for the device: not while it is recorded.
  BITPLACE_TRY(issue_frame(size.images, count));
  BITPLACE_TRY(stream_->synchronize());
  BITPLACE_ASSIGN(recording, stream_->record([&] { return issue_frame(size.images, count); }));
  drop_first_of(&size.frames, kMostFrames);
  size.frames.push_back({count, std::move(recording)});
  return {};
}

Status DeviceDescriber::run_profiled(const DeviceImages& images, std::int32_t count) {
  const std::size_t steps = plan_->steps().size();
  if (steps + 2 > Stream::kMostMarks) {
    return make_error(ErrorCode::unsupported, "profile", std::to_string(steps) + " steps are too many");
  }
  BITPLACE_TRY(stream_->mark(0));
  BITPLACE_TRY(issue_input(images, count));
  BITPLACE_TRY(stream_->mark(1));
  for (std::size_t i = 0; i < steps; ++i) {
    BITPLACE_TRY(issue_step(i, count));
    BITPLACE_TRY(stream_->mark(i + 2));
  }
  BITPLACE_TRY(issue_result(count));
  BITPLACE_TRY(stream_->synchronize());
  BITPLACE_ASSIGN(input_time, stream_->nanoseconds_between(0, 1));
  preprocessing_time_ = input_time;
  for (std::size_t i = 0; i < steps; ++i) {
    BITPLACE_ASSIGN(time, stream_->nanoseconds_between(i + 1, i + 2));
    step_times_[i] = time;
  }
  return {};
}

Status DeviceDescriber::issue_frame(const DeviceImages& images, std::int32_t count) {
  BITPLACE_TRY(issue_input(images, count));
  for (std::size_t i = 0; i < plan_->steps().size(); ++i)
    BITPLACE_TRY(issue_step(i, count));
  return issue_result(count);
}

Status DeviceDescriber::issue_input(const DeviceImages& images, std::int32_t count) {
  return images.issue(count, arena_.get() + layout_.input_offset, *stream_);
}

Status DeviceDescriber::issue_step(std::size_t index, std::int32_t count) {
  const DeviceLayout::StepOffsets& at = layout_.steps[index];
  std::byte* arena = arena_.get();
  return issue(plan_->steps()[index],
               {arena + at.input, arena + at.second_input, arena + at.output, arena + at.scratch, count},
               *stream_);
}

Status DeviceDescriber::issue_result(std::int32_t count) {
  return stream_->copy_to_host(pinned_result_.get(), arena_.get() + layout_.descriptor_offset,
                               plan_->descriptor_bytes() * static_cast<std::size_t>(count));
}

}  // namespace bitplace::cuda
