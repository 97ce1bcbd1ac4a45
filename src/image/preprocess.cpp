#include "image/preprocess.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"
#include "image/filter_axis.h"
#include "image/image_pass.h"
#include "image/normalize.h"
#include "kernels/common/select.h"

namespace bitplace {
namespace {

constexpr int kMostParts = 8;
constexpr std::int64_t kElementsPerPart = 16384;  // below, a part does not outweigh its hand-over

Error bad_image(const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "image", why);
}

NormalizeMap map_of(const Preprocessing& rules) {
  const Normalization normalization = normalization_of(rules);
  NormalizeMap map{};
  for (std::size_t i = 0; i < kNormalizeBlock; ++i) {
    map.multiplier[i] = normalization.multiplier[i % 3];
    map.offset[i] = normalization.offset[i % 3];
  }
  return map;
}

}  // namespace

Status check_image(const ImageView& image) {
  if (image.data == nullptr) return bad_image("no data");
  const int pixel = bytes_per_pixel(image.format);
  if (pixel == 0) {
    return bad_image("unknown pixel format " + std::to_string(static_cast<int>(image.format)));
  }
  if (image.width < 1 || image.height < 1 || image.width > kMaxImageSide || image.height > kMaxImageSide) {
    return bad_image("size " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                     ", sides must be 1 to " + std::to_string(kMaxImageSide));
  }
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(image.width) * pixel;
  if (image.stride != 0 && image.stride < row) {
    return bad_image("stride of " + std::to_string(image.stride) + " bytes, a row has " +
                     std::to_string(row));
  }
  return {};
}

Preprocessor::Preprocessor(const Preprocessing& rules, IsaFeatures features)
    : rules_(rules), resize_(select_kernel(resize_kernels(), features)) {
  if (filters(rules.resize)) resample_ = select_kernel(resample_kernels(), features);
  if (rules.input_type == DataType::u8) return;
  normalize_ = select_kernel(normalize_kernels(), features);
  map_ = map_of(rules);
  table_.resize(input_table_bytes(rules.input_type));
  fill_input_table(rules, table_.data());
}

int Preprocessor::useful_parts() const {
  const std::int64_t elements = std::int64_t{rules_.height} * rules_.width * kResizeChannels;
  const std::int64_t parts = std::min<std::int64_t>(elements / kElementsPerPart, rules_.height);
  return static_cast<int>(std::clamp<std::int64_t>(parts, 1, kMostParts));
}

std::size_t Preprocessor::scratch_bytes(int parts) const {
  return pass_scratch_bytes(rules_, parts);
}

void Preprocessor::run(const ImageView& image, void* out, void* scratch) const {
  NormalizeMap map = map_;
  map.table = table_.data();
  ImagePass pass(rules_, {resize_, resample_, normalize_, &map}, image, out, scratch, 1);
  do {
    pass.run(0);
  } while (pass.next_columns());
}

void Preprocessor::run(const ImageView& image, void* out, void* scratch, Executor& executor,
                       int parts) const {
  NormalizeMap map = map_;
  map.table = table_.data();
  ImagePass pass(rules_, {resize_, resample_, normalize_, &map}, image, out, scratch, parts);
  do {
    executor.parallel_for(
        parts, [](std::int64_t part, void* context) { static_cast<const ImagePass*>(context)->run(part); },
        &pass);
  } while (pass.next_columns());
}

}  // namespace bitplace
