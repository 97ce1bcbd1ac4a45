#include "vprtrain/teachers/teacher.h"

#include <utility>

namespace bitplace::train {
namespace {

std::vector<ImageView> augmented_views(const Batch& batch, const ImageFormat& format) {
  const bool swapped = format.channel_order == ChannelOrder::bgr;
  std::vector<ImageView> views;
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    views.push_back({batch.pixels.data() + i * format.bytes(), format.width, format.height, 0,
                     swapped ? PixelFormat::bgr8 : PixelFormat::rgb8});
  }
  return views;
}

}  // namespace

Result<Teacher> Teacher::open(const TeacherOptions& options) {
  const bool is_engine_model = options.path.ends_with(".vpr");
  auto model = is_engine_model ? open_engine_teacher(options.path, options.threads)
                               : open_script_teacher(options.path, options.script);
  if (!model.ok()) return model.error();
  return Teacher(*std::move(model), options);
}

Result<torch::Tensor> Teacher::describe(const Batch& batch, const ImageFormat& format) {
  if (options_.augmented) return model_->describe(augmented_views(batch, format));
  return describe_originals(batch);
}

Result<torch::Tensor> Teacher::describe_originals(const Batch& batch) {
  std::vector<torch::Tensor> rows(batch.samples.size());
  std::vector<std::size_t> missing;
  std::vector<ImageView> views;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = kept_.find(batch.samples[i].image);
    if (found != kept_.end()) {
      rows[i] = found->second;
    } else {
      missing.push_back(i);
      views.push_back(batch.originals[i]->view());
    }
  }
  if (!missing.empty()) {
    auto described = model_->describe(views);
    if (!described.ok()) return described.error();
    for (std::size_t i = 0; i < missing.size(); ++i) {
      const torch::Tensor row = (*described)[static_cast<std::int64_t>(i)].clone();
      rows[missing[i]] = row;
      if (memory_bytes_ + row.nbytes() > options_.memory_limit) continue;
      if (kept_.emplace(batch.samples[missing[i]].image, row).second) memory_bytes_ += row.nbytes();
    }
  }
  return torch::stack(rows);
}

}  // namespace bitplace::train
