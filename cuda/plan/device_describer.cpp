#include "cuda/plan/device_describer.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace bitplace::cuda {
namespace {

// Of the sizes of image that come in turn, so many keep their frames.
constexpr std::size_t kMostFrames = 8;

}  // namespace

DeviceDescriber::DeviceDescriber(std::shared_ptr<const DevicePlan> plan, std::int32_t batch)
    : plan_(std::move(plan)), batch_(batch), descriptor_stride_(plan_->descriptor_bytes()) {}

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
  BITPLACE_ASSIGN(result, device.allocate_pinned(descriptor_stride_ * static_cast<std::size_t>(batch_),
                                                 "a describer's descriptors"));
  pinned_result_ = std::move(result);
  BITPLACE_ASSIGN(scratch, AlignedBuffer::allocate(plan_->preprocessing().scratch_bytes()));
  preprocessing_scratch_ = std::move(scratch);
  BITPLACE_ASSIGN(stream, device.create_stream());
  stream_ = std::move(stream);
  // What kernels read behind a tensor is defined from the first frame on.
  BITPLACE_TRY(stream_->clear(arena_.get(), layout_.total_bytes));
  step_times_.resize(plan_->steps().size());
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
      std::memcpy(descriptors, pinned_result_.get() + i * descriptor_stride_, descriptor_bytes);
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
  const FrameKey key{format_of(images[0]), static_cast<std::int32_t>(images.size())};
  BITPLACE_TRY(make_room(key));
  const DevicePreprocessing& preprocessing = plan_->preprocessing();
  const std::size_t each = preprocessing.staged_bytes(key.format);
  for (std::size_t i = 0; i < images.size(); ++i)
    preprocessing.stage(images[i], pinned_images_.get() + i * each, preprocessing_scratch_.data());
  if (profiled_) return run_profiled(key);
  BITPLACE_ASSIGN(recording, recording_of(key));
  BITPLACE_TRY(stream_->replay(*recording));
  return stream_->synchronize();
}

Status DeviceDescriber::run_profiled(const FrameKey& key) {
  const std::size_t steps = plan_->steps().size();
  if (steps + 2 > Stream::kMostMarks) {
    return make_error(ErrorCode::unsupported, "profile", std::to_string(steps) + " steps are too many");
  }
  BITPLACE_TRY(stream_->mark(0));
  BITPLACE_TRY(issue_image(key));
  BITPLACE_TRY(stream_->mark(1));
  for (std::size_t i = 0; i < steps; ++i) {
    BITPLACE_TRY(issue_step(i, key.images));
    BITPLACE_TRY(stream_->mark(i + 2));
  }
  BITPLACE_TRY(issue_result(key.images));
  BITPLACE_TRY(stream_->synchronize());
  BITPLACE_ASSIGN(image_time, stream_->nanoseconds_between(0, 1));
  preprocessing_time_ = image_time;
  for (std::size_t i = 0; i < steps; ++i) {
    BITPLACE_ASSIGN(time, stream_->nanoseconds_between(i + 1, i + 2));
    step_times_[i] = time;
  }
  return {};
}

// Frames that were recorded use the memory that there was.
Status DeviceDescriber::make_room(const FrameKey& key) {
  const std::size_t needed =
      plan_->preprocessing().staged_bytes(key.format) * static_cast<std::size_t>(key.images);
  if (needed <= image_bytes_) return {};
  frames_.clear();
  pinned_images_.reset();
  device_images_.reset();
  image_bytes_ = 0;
  Device& device = *plan_->device();
  BITPLACE_ASSIGN(pinned, device.allocate_pinned(needed, "a pass's images"));
  BITPLACE_ASSIGN(images, device.allocate(needed + kTailPad, "a pass's images"));
  pinned_images_ = std::move(pinned);
  device_images_ = std::move(images);
  image_bytes_ = needed;
  return {};
}

Result<const Recording*> DeviceDescriber::recording_of(const FrameKey& key) {
  const auto found =
      std::find_if(frames_.begin(), frames_.end(), [&](const Frame& f) { return f.key == key; });
  if (found != frames_.end()) return found->recording.get();
  BITPLACE_ASSIGN(recording, stream_->record([&] { return issue_frame(key); }));
  if (frames_.size() == kMostFrames) frames_.erase(frames_.begin());
  frames_.push_back({key, std::move(recording)});
  return frames_.back().recording.get();
}

Status DeviceDescriber::issue_image(const FrameKey& key) {
  const DevicePreprocessing& preprocessing = plan_->preprocessing();
  const std::size_t bytes = preprocessing.staged_bytes(key.format) * static_cast<std::size_t>(key.images);
  BITPLACE_TRY(stream_->copy_to_device(device_images_.get(), pinned_images_.get(), bytes));
  return preprocessing.issue(key.format, key.images, device_images_.get(),
                             arena_.get() + layout_.input_offset, *stream_);
}

Status DeviceDescriber::issue_step(std::size_t index, std::int32_t images) {
  const DeviceLayout::StepOffsets& at = layout_.steps[index];
  std::byte* arena = arena_.get();
  return issue(plan_->steps()[index],
               {arena + at.input, arena + at.second_input, arena + at.output, arena + at.scratch, images},
               *stream_);
}

Status DeviceDescriber::issue_result(std::int32_t images) {
  return stream_->copy_to_host(pinned_result_.get(), arena_.get() + layout_.descriptor_offset,
                               descriptor_stride_ * static_cast<std::size_t>(images));
}

Status DeviceDescriber::issue_frame(const FrameKey& key) {
  BITPLACE_TRY(issue_image(key));
  for (std::size_t i = 0; i < plan_->steps().size(); ++i)
    BITPLACE_TRY(issue_step(i, key.images));
  return issue_result(key.images);
}

}  // namespace bitplace::cuda
