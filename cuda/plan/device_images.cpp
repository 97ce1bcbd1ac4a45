#include "cuda/plan/device_images.h"

#include <cstring>
#include <string>

#include "core/error.h"
#include "cuda/common/architecture.h"
#include "cuda/resize/resize_tables.h"

namespace bitplace::cuda {

StepInfo describe_device_images(const Preprocessing& rules, int architecture) {
  StepInfo info;
  info.layer = "image";
  info.operation = std::string("resize ") + resize_rule_name(rules.resize) + " to " +
                   channel_order_name(rules.channel_order);
  if (rules.input_type != DataType::u8) {
    info.operation += std::string(" + normalize to ") + data_type_name(rules.input_type);
  }
  info.kernel = resize__pixels.name;
  info.isa = architecture_name(architecture);
  return info;
}

Result<DeviceImages> DeviceImages::create(Device& device, const Preprocessing& rules,
                                          const ImageFormat& format, std::int32_t batch) {
  DeviceImages result;
  result.format_ = format;
  result.row_bytes_ =
      static_cast<std::size_t>(format.width) * static_cast<std::size_t>(bytes_per_pixel(format.format));
  result.image_bytes_ = result.row_bytes_ * static_cast<std::size_t>(format.height);
  const std::size_t bytes = result.image_bytes_ * static_cast<std::size_t>(batch);
  const ResizeTables tables(rules, format.width, format.height, format.format);
  BITPLACE_ASSIGN(pinned, device.allocate_pinned(bytes, "images"));
  BITPLACE_ASSIGN(images, device.allocate(bytes + kTailPad, "images"));
  BITPLACE_ASSIGN(on_device, device.allocate(tables.bytes().size() + kTailPad, "the weights of resizing"));
  BITPLACE_ASSIGN(between, device.allocate(tables.scratch_bytes(batch) + kTailPad, "images half resized"));
  BITPLACE_TRY(device.upload(on_device.get(), tables.bytes().data(), tables.bytes().size()));
  result.parameters_ = tables.parameters(on_device.get());
  result.parameters_.images = reinterpret_cast<const std::uint8_t*>(images.get());
  result.parameters_.row_bytes = static_cast<std::int64_t>(result.row_bytes_);
  result.parameters_.image_bytes = static_cast<std::int64_t>(result.image_bytes_);
  result.parameters_.between = between.get();
  result.pinned_ = std::move(pinned);
  result.images_ = std::move(images);
  result.tables_ = std::move(on_device);
  result.between_ = std::move(between);
  return result;
}

void DeviceImages::stage(const ImageView& image, std::int32_t index) {
  std::byte* to = pinned_.get() + static_cast<std::size_t>(index) * image_bytes_;
  const auto row = static_cast<std::ptrdiff_t>(row_bytes_);
  if (image.stride == 0 || image.stride == row) {
    std::memcpy(to, image.data, image_bytes_);
    return;
  }
  for (int y = 0; y < image.height; ++y)
    std::memcpy(to + y * row, image.data + y * image.stride, row_bytes_);
}

Status DeviceImages::issue(std::int32_t count, std::byte* input, Stream& stream) const {
  ResizeParameters p = parameters_;
  p.batch = count;
  p.output = input;
  BITPLACE_TRY(
      stream.copy_to_device(images_.get(), pinned_.get(), image_bytes_ * static_cast<std::size_t>(count)));
  return stream.launch(resize__pixels, &p, sizeof p);
}

}  // namespace bitplace::cuda
