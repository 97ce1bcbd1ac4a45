#include <torch/script.h>

#include <string_view>
#include <utility>

#include "core/error.h"
#include "vprtrain/teachers/teacher.h"

namespace bitplace::train {
namespace {

// LibTorch's messages go on with a stack trace.
std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

class ScriptTeacher : public TeacherModel {
 public:
  ScriptTeacher(std::string path, torch::jit::Module module, const ScriptTeacherOptions& options)
      : path_(std::move(path)),
        module_(std::move(module)),
        options_(options),
        maker_(options.format),
        mean_(constant(options.mean)),
        deviation_(constant(options.deviation)) {}

  Result<torch::Tensor> describe(const std::vector<ImageView>& images) override {
    try {
      const torch::NoGradGuard no_gradients;
      const torch::IValue output = module_.forward({batch_of(images)});
      if (!output.isTensor()) return failure("gives no tensor, but a " + output.tagKind());
      const torch::Tensor descriptors = output.toTensor().to(torch::kCPU, torch::kFloat32);
      if (descriptors.dim() < 2 || descriptors.size(0) != static_cast<std::int64_t>(images.size()))
        return failure("does not give a descriptor for each image");
      return torch::nn::functional::normalize(descriptors.flatten(1));
    } catch (const std::exception& exception) {
      return failure(first_line(exception.what()));
    }
  }

 private:
  static torch::Tensor constant(const std::array<float, 3>& values) {
    return torch::tensor({values[0], values[1], values[2]}).view({1, 3, 1, 1});
  }

  Error failure(const std::string& why) const {
    return make_error(ErrorCode::unsupported, path_, "teacher", why);
  }

  torch::Tensor batch_of(const std::vector<ImageView>& images) {
    const ImageFormat& format = options_.format;
    torch::Tensor bytes = torch::empty(
        {static_cast<std::int64_t>(images.size()), format.height, format.width, 3}, torch::kUInt8);
    auto* out = bytes.data_ptr<std::uint8_t>();
    for (const ImageView& image : images) {
      maker_.make(image, out);
      out += format.bytes();
    }
    const torch::Tensor values = bytes.permute({0, 3, 1, 2}).to(torch::kFloat32).div(255.0);
    return ((values - mean_) / deviation_).contiguous().to(options_.device);
  }

  std::string path_;
  torch::jit::Module module_;
  ScriptTeacherOptions options_;
  NetworkImageMaker maker_;
  torch::Tensor mean_;
  torch::Tensor deviation_;
};

}  // namespace

Result<std::unique_ptr<TeacherModel>> open_script_teacher(const std::string& path,
                                                          const ScriptTeacherOptions& options) {
  try {
    torch::jit::Module module = torch::jit::load(path, options.device);
    module.eval();
    return std::unique_ptr<TeacherModel>(std::make_unique<ScriptTeacher>(path, std::move(module), options));
  } catch (const std::exception& exception) {
    return make_error(ErrorCode::unsupported, path, "teacher",
                      "neither a .vpr file nor a TorchScript module: " + first_line(exception.what()));
  }
}

}  // namespace bitplace::train
