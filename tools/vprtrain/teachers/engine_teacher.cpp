#include <utility>

#include "core/error.h"
#include "evaluation/engine.h"
#include "vprtrain/teachers/teacher.h"

namespace bitplace::train {
namespace {

class EngineTeacher : public TeacherModel {
 public:
  explicit EngineTeacher(Describer describer) : describer_(std::move(describer)) {}

  Result<torch::Tensor> describe(const std::vector<ImageView>& images) override {
    const auto dimension = static_cast<std::int64_t>(describer_.descriptor_spec().dimension);
    torch::Tensor rows = torch::empty({static_cast<std::int64_t>(images.size()), dimension}, torch::kFloat32);
    float* out = rows.data_ptr<float>();
    for (const ImageView& image : images) {
      BITPLACE_ASSIGN(descriptor, describer_.describe(image));
      tools::descriptor_values(descriptor, {out, static_cast<std::size_t>(dimension)});
      out += dimension;
    }
    return torch::nn::functional::normalize(rows);
  }

 private:
  Describer describer_;
};

}  // namespace

Result<std::unique_ptr<TeacherModel>> open_engine_teacher(const std::string& path, int threads) {
  DescriberOptions options;
  options.threads = threads;
  BITPLACE_ASSIGN(describer, Describer::open(path.c_str(), options));
  return std::unique_ptr<TeacherModel>(std::make_unique<EngineTeacher>(std::move(describer)));
}

}  // namespace bitplace::train
