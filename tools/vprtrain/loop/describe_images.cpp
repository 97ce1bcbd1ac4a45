#include "vprtrain/loop/describe_images.h"

#include <algorithm>

#include "vprtrain/loop/machine.h"

namespace bitplace::train {

ImageFormat image_format(const NetworkInput& input) {
  ImageFormat format;
  format.height = static_cast<std::int32_t>(input.height);
  format.width = static_cast<std::int32_t>(input.width);
  format.resize = input.resize;
  return format;
}

Result<Descriptors> describe_images(TrainableNetwork& network, ImageStore& store,
                                    const std::vector<std::string>& paths, const DescribeOptions& options) {
  const torch::NoGradGuard no_gradients;
  network.eval();
  NetworkImageMaker maker(image_format(network.input()));
  const std::size_t bytes = maker.format().bytes();
  std::vector<std::uint8_t> pixels;
  Descriptors result;
  for (std::size_t first = 0; first < paths.size();) {
    const std::size_t count = std::min(static_cast<std::size_t>(options.batch), paths.size() - first);
    pixels.resize(count * bytes);
    for (std::size_t i = 0; i < count; ++i) {
      const auto image = store.read(paths[first + i]);
      if (!image.ok()) return image.error();
      maker.make((*image)->view(), pixels.data() + i * bytes);
    }
    const torch::Tensor images = network_images(pixels.data(), static_cast<std::int64_t>(count),
                                                network.input(), options.device, options.type);
    const torch::Tensor found =
        network.descriptor(network.features(images)).to(torch::kCPU, torch::kFloat32).contiguous();
    result.dimension = found.size(1);
    result.values.insert(result.values.end(), found.data_ptr<float>(),
                         found.data_ptr<float>() + found.numel());
    first += count;
    if (options.progress && !options.progress(static_cast<std::int64_t>(count))) return Descriptors{};
  }
  return result;
}

}  // namespace bitplace::train
