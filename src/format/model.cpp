#include "bitplace/model.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "format/layout.h"
#include "format/model_file.h"

namespace bitplace {

Result<Model> Model::open(const char* path) noexcept {
  return guarded([&]() -> Result<Model> {
    if (path == nullptr) return make_error(ErrorCode::invalid_argument, "Model::open", "the path is null");
    BITPLACE_ASSIGN(bytes, read_file(path, kMaxModelBytes));
    return from_memory(bytes.data(), bytes.size(), path);
  });
}

Result<Model> Model::from_memory(const void* data, std::size_t bytes, const char* name) noexcept {
  return guarded([&]() -> Result<Model> {
    if (data == nullptr && bytes != 0) {
      return make_error(ErrorCode::invalid_argument, "Model::from_memory", "the data is null");
    }
    const ByteSpan file(static_cast<const std::byte*>(data), bytes);
    BITPLACE_ASSIGN(contents, decode_model(file, name != nullptr ? name : "memory"));
    Model model;
    model.spec_ = bitplace::descriptor_spec(contents);
    model.file_bytes_ = bytes;
    model.contents_ = std::make_shared<const ModelContents>(std::move(contents));
    return model;
  });
}

const std::string& Model::network() const noexcept {
  return contents_->network;
}

const DescriptorSpec& Model::descriptor_spec() const noexcept {
  return spec_;
}

int Model::input_width() const noexcept {
  return contents_->preprocessing.width;
}

int Model::input_height() const noexcept {
  return contents_->preprocessing.height;
}

std::size_t Model::file_bytes() const noexcept {
  return file_bytes_;
}

std::string Model::identity() const {
  return to_hex(spec_.identity);
}

const std::vector<std::pair<std::string, std::string>>& Model::metadata() const noexcept {
  return contents_->metadata;
}

}  // namespace bitplace
