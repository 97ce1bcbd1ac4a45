#include "bench/device/device_convolution.h"

#include <cstring>

#include "bench/kernels/convolution_check.h"
#include "core/error.h"
#include "cuda/plan/device_convolution.h"

namespace bitplace::bench {
namespace {

class DeviceConvolution final : public DeviceWork {
 public:
  DeviceConvolution(cuda::Device& device, const cuda::DeviceConvolutionKernel& row,
                    const ConvolutionShape& shape, int batch)
      : device_(device), row_(row), shape_(shape), data_(shape_), batch_(static_cast<std::size_t>(batch)) {}

  Status prepare() {
    const std::int64_t pixels = std::int64_t{shape_.problem.output_height} * shape_.problem.output_width;
    if (static_cast<std::int64_t>(batch_) > cuda::kMostOutputPixels / pixels) {
      return Error(ErrorCode::invalid_argument, "more images than a convolution counts");
    }
    BITPLACE_TRY(upload_constants());
    BITPLACE_TRY(upload_images());
    BITPLACE_ASSIGN(output, device_.allocate(batch_ * data_.output_bytes() + kTailPad, "the output"));
    output_ = output;
    const auto batch = static_cast<std::int32_t>(batch_);
    const std::size_t scratch_bytes = row_.scratch_bytes(shape_.problem, batch);
    BITPLACE_ASSIGN(scratch, device_.allocate(scratch_bytes + kTailPad, "a convolution's scratch memory"));
    scratch_ = scratch;
    BITPLACE_ASSIGN(results, device_.allocate_pinned(2 * data_.output_bytes(), "two images' output"));
    results_ = results;
    call_ = {shape_.problem, batch, packed_.get(), input_.get(), output_.get(), scratch_.get()};
    return {};
  }

  Status launch(cuda::Stream& stream) override { return stream.launch(row_.kernel, &call_, sizeof call_); }

  double bytes() const override {
    return static_cast<double>(data_.weight_bytes()) +
           static_cast<double>(batch_) * static_cast<double>(data_.input_bytes() + data_.output_bytes());
  }

  Status check(cuda::Stream& stream) override {
    const std::size_t bytes = data_.output_bytes();
    std::byte* const first = results_.get();
    std::byte* const last = first + bytes;
    BITPLACE_TRY(stream.copy_to_host(first, output_.get(), bytes));
    BITPLACE_TRY(stream.copy_to_host(last, output_.get() + (batch_ - 1) * bytes, bytes));
    BITPLACE_TRY(stream.synchronize());
    if (!equals_reference(shape_, data_, first))
      return Error(ErrorCode::internal, "differs from the reference kernel");
    if (std::memcmp(first, last, bytes) == 0) return {};
    return Error(ErrorCode::internal, "the last image of the batch differs from the first");
  }

 private:
  Status upload_constants() {
    BITPLACE_ASSIGN(packed, AlignedBuffer::allocate(row_.packed_bytes(shape_.problem)));
    row_.pack(shape_.problem, data_.constants(), packed.data());
    BITPLACE_ASSIGN(memory, device_.allocate(packed.size() + kTailPad, "a convolution's constants"));
    packed_ = memory;
    return device_.upload(packed_.get(), packed.data(), packed.size());
  }

  Status upload_images() {
    const std::size_t image_bytes = data_.input_bytes();
    BITPLACE_ASSIGN(memory, device_.allocate(batch_ * image_bytes + kTailPad, "the input"));
    input_ = memory;
    for (std::size_t image = 0; image < batch_; ++image)
      BITPLACE_TRY(device_.upload(input_.get() + image * image_bytes, data_.input(), image_bytes));
    return {};
  }

  cuda::Device& device_;
  const cuda::DeviceConvolutionKernel& row_;
  ConvolutionShape shape_;
  ConvolutionData data_;
  std::size_t batch_;
  cuda::Memory packed_, input_, output_, scratch_, results_;
  cuda::DeviceConvolutionCall call_{};
};

}  // namespace

std::vector<const cuda::DeviceConvolutionKernel*> device_rows(const ConvolutionShape& shape,
                                                              int architecture) {
  std::vector<const cuda::DeviceConvolutionKernel*> found;
  for (const cuda::DeviceConvolutionTable& table : cuda::device_convolution_tables()) {
    if (std::strcmp(table.name, shape.table->name) != 0) continue;
    const KernelTable<cuda::DeviceConvolutionKernel> rows = table.rows();
    for (std::size_t i = 0; i < rows.count; ++i) {
      const cuda::DeviceConvolutionKernel& row = *rows.rows[i];
      if (runs_on(row.kernel, architecture) && row.accepts(shape.problem, architecture))
        found.push_back(&row);
    }
  }
  return found;
}

MadeWork make_device_convolution(cuda::Device& device, const cuda::DeviceConvolutionKernel& row,
                                 const ConvolutionShape& shape, int batch) {
  return guarded([&]() -> MadeWork {
    auto convolution = std::make_unique<DeviceConvolution>(device, row, shape, batch);
    BITPLACE_TRY(convolution->prepare());
    return std::unique_ptr<DeviceWork>(std::move(convolution));
  });
}

}  // namespace bitplace::bench
