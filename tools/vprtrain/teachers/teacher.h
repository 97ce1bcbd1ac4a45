// Trained models whose descriptors a network learns to imitate.
#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bitplace/image.h"
#include "bitplace/result.h"
#include "vprtrain/data/batch_loader.h"

namespace bitplace::train {

// What a teacher is made of.
class TeacherModel {
 public:
  virtual ~TeacherModel() = default;
  // Descriptors of images of any size: images x dimension, f32, on the CPU, of length 1 each.
  virtual Result<torch::Tensor> describe(const std::vector<ImageView>& images) = 0;
};

// A .vpr file, run by the engine, which knows how it wants its images.
Result<std::unique_ptr<TeacherModel>> open_engine_teacher(const std::string& path, int threads);

// A TorchScript module from a batch NCHW to descriptors, or to maps, which are flattened. It says nothing
// about its images: RGB of the format's size, as (pixel / 255 - mean) / deviation.
struct ScriptTeacherOptions {
  ImageFormat format{224, 224, ResizeRule::bilinear_tensor_antialias, ChannelOrder::rgb};
  std::array<float, 3> mean = {0.485f, 0.456f, 0.406f};  // ImageNet's
  std::array<float, 3> deviation = {0.229f, 0.224f, 0.225f};
  torch::Device device{torch::kCPU};
};
Result<std::unique_ptr<TeacherModel>> open_script_teacher(const std::string& path,
                                                          const ScriptTeacherOptions& options);

struct TeacherOptions {
  std::string path;  // of a .vpr file, or of a TorchScript module
  bool augmented =
      false;  // sees the augmented image that the network sees; otherwise the image as it is stored
  int threads = 1;
  std::size_t memory_limit = std::size_t{1} << 30;  // for descriptors that are kept
  ScriptTeacherOptions script;
};

class Teacher {
 public:
  static Result<Teacher> open(const TeacherOptions& options);
  Teacher(std::unique_ptr<TeacherModel> model, const TeacherOptions& options)
      : model_(std::move(model)), options_(options) {}

  // Whether describe() needs Batch::originals.
  bool needs_originals() const { return !options_.augmented; }

  // Samples x dimension, f32, on the CPU, of length 1 each. Descriptors of images as they are stored do not
  // change, and are kept as long as there is room. `format` is that of batch.pixels.
  Result<torch::Tensor> describe(const Batch& batch, const ImageFormat& format);

 private:
  Result<torch::Tensor> describe_originals(const Batch& batch);

  std::unique_ptr<TeacherModel> model_;
  TeacherOptions options_;
  std::size_t memory_bytes_ = 0;
  std::unordered_map<std::int64_t, torch::Tensor> kept_;  // by image of the data set
};

}  // namespace bitplace::train
