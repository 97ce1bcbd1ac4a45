#include "evaluation/describe_pictures.h"

#include <algorithm>

#include "core/error.h"

namespace bitplace::tools {
namespace {

// An error of several pictures names the first.
Status describe_together(Describer& describer, const std::vector<DecodedImage>& images,
                         const std::string& first_path, std::vector<std::byte>* descriptors) {
  std::vector<ImageView> views;
  for (const DecodedImage& image : images)
    views.push_back(image.view());
  const Status status =
      describer.describe(views.data(), views.size(), descriptors->data(), descriptors->size());
  return status.ok() ? status : with_context(status.error(), first_path);
}

}  // namespace

Status describe_pictures(Describer& describer, ImageReader& reader, std::span<const std::string> paths,
                         int batch, const UseDescriptor& use) {
  const DescriptorSpec& spec = describer.descriptor_spec();
  std::vector<std::byte> descriptors;
  for (std::size_t begin = 0; begin < paths.size();) {
    const std::size_t count = std::min(static_cast<std::size_t>(batch), paths.size() - begin);
    std::vector<DecodedImage> images;
    for (std::size_t i = 0; i < count; ++i) {
      BITPLACE_ASSIGN(image, reader.read(paths[begin + i]));
      images.push_back(std::move(image));
    }
    descriptors.resize(count * spec.bytes());
    const Clock::time_point start = Clock::now();
    BITPLACE_TRY(describe_together(describer, images, paths[begin], &descriptors));
    const double each = milliseconds_since(start) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i)
      BITPLACE_TRY(use(begin + i, {descriptors.data() + i * spec.bytes(), spec}, each));
    begin += count;
  }
  return {};
}

}  // namespace bitplace::tools
