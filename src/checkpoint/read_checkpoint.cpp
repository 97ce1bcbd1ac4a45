#include <array>

#include "checkpoint/checkpoint.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/tflite.h"
#include "checkpoint/torch_archive.h"
#include "checkpoint/torch_legacy.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace {
namespace {

constexpr std::size_t kLargestFile = std::size_t{4} << 30;

// A container's mark: these bytes at this offset.
struct Mark {
  std::size_t offset;
  std::string_view bytes;
  const char* name;
};
using namespace std::string_view_literals;
constexpr Mark kTfliteMark{4, "TFL3"sv, "TFLite"};
constexpr Mark kZipMark{0, "PK\x03\x04"sv, "zip"};
// Containers that are known but not read.
constexpr Mark kOtherMarks[] = {
    {0, "\x80\x02"sv, "a bare pickle"},
    {0, "\x80\x03"sv, "a bare pickle"},
    {0, "\x80\x04"sv, "a bare pickle"},
    {0, "\x80\x05"sv, "a bare pickle"},
    {257, "ustar"sv,
     "a tar archive (torch.save before 0.1.10; PyTorch's load and save make a zip archive of it)"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file (Keras .h5)"},
    {0, "MATLAB 5.0"sv, "a MATLAB file"},
};

bool has_mark(ByteSpan bytes, const Mark& mark) {
  return bytes.size() >= mark.offset + mark.bytes.size() &&
         std::memcmp(bytes.data() + mark.offset, mark.bytes.data(), mark.bytes.size()) == 0;
}

Result<Checkpoint> parse(const std::string& name, ByteSpan bytes) {
  Checkpoint checkpoint;
  checkpoint.path = name;
  checkpoint.file_bytes = bytes.size();
  if (has_mark(bytes, kTfliteMark)) {
    checkpoint.format = "TFLite";
    BITPLACE_ASSIGN(model, read_tflite(name, bytes));
    checkpoint.contents = std::move(model);
  } else if (has_mark(bytes, kZipMark)) {
    BITPLACE_ASSIGN(archive, read_torch_archive(name, bytes));
    checkpoint.format = archive.format;
    checkpoint.contents = std::move(archive.contents);
  } else if (looks_like_legacy_torch(bytes)) {
    checkpoint.format = "PyTorch legacy stream";
    BITPLACE_ASSIGN(tensors, read_legacy_torch(name, bytes));
    checkpoint.contents = std::move(tensors);
  } else if (looks_like_safetensors(bytes)) {
    checkpoint.format = "safetensors";
    BITPLACE_ASSIGN(tensors, read_safetensors(name, bytes));
    checkpoint.contents = std::move(tensors);
  } else {
    for (const Mark& mark : kOtherMarks) {
      if (has_mark(bytes, mark))
        return make_error(ErrorCode::unsupported, name, "format",
                          std::string("it is ") + mark.name + ", which this version does not read");
    }
    return make_error(ErrorCode::unsupported, name, "format",
                      "its first bytes are not those of any checkpoint format that is known");
  }
  checkpoint.file_hash = hash128(bytes.data(), bytes.size());
  return checkpoint;
}

}  // namespace

Result<Checkpoint> parse_checkpoint(const std::string& name, ByteSpan bytes) {
  return guarded([&] { return parse(name, bytes); });
}

Result<Checkpoint> read_checkpoint(const std::string& path) {
  return guarded([&]() -> Result<Checkpoint> {
    BITPLACE_ASSIGN(bytes, read_file(path, kLargestFile));
    return parse(path, bytes);
  });
}

}  // namespace bitplace
