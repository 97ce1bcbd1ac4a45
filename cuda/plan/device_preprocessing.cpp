#include "cuda/plan/device_preprocessing.h"

#include "plan/preprocessing_step.h"

namespace bitplace::cuda {

DevicePreprocessing::DevicePreprocessing(const Preprocessing& rules, IsaFeatures features)
    : preprocessor_(rules, features),
      features_(features),
      input_bytes_(static_cast<std::size_t>(rules.height) * static_cast<std::size_t>(rules.width) *
                   kResizeChannels * static_cast<std::size_t>(bits_per_element(rules.input_type)) / 8) {}

StepInfo DevicePreprocessing::info() const {
  StepInfo info = describe_preprocessing(preprocessor_, features_);
  info.layer += " (on the CPU)";
  info.scratch_bytes = scratch_bytes();
  return info;
}

std::size_t DevicePreprocessing::staged_bytes(const ImageFormat&) const {
  return input_bytes_;
}

void DevicePreprocessing::stage(const ImageView& image, std::byte* staged, std::byte* scratch) const {
  preprocessor_.run(image, staged, scratch);
}

Status DevicePreprocessing::issue(const ImageFormat&, std::int32_t images, const std::byte* pinned,
                                  std::byte* input, Stream& stream) const {
  return stream.copy_to_device(input, pinned, input_bytes_ * static_cast<std::size_t>(images));
}

}  // namespace bitplace::cuda
