#include "format/model_file.h"

#include "bitplace/version.h"
#include "core/error.h"
#include "core/file.h"
#include "format/check_model.h"
#include "format/container.h"
#include "format/read_sections.h"
#include "format/write_sections.h"

namespace bitplace {
namespace {

Result<ModelContents> decode(ByteSpan bytes) {
  BITPLACE_ASSIGN(container, open_container(bytes));
  BITPLACE_ASSIGN(contents, read_sections(container.sections));
  BITPLACE_TRY(check_model(contents));
  if (model_identity(contents, container.header.numerics_revision) != container.header.identity) {
    return make_error(ErrorCode::corrupt, "identity", "the contents have another one than the header states");
  }
  return contents;
}

}  // namespace

Result<std::vector<std::byte>> encode_model(const ModelContents& contents) {
  BITPLACE_TRY(check_model(contents));
  std::vector<std::byte> file =
      build_container(write_sections(contents), kNumericsRevision, model_identity(contents));
  if (file.size() > kMaxModelBytes) {
    return make_error(ErrorCode::unsupported, "size", "the model is larger than a file may be");
  }
  return file;
}

Status write_model(const std::string& path, const ModelContents& contents) {
  const auto encoded = encode_model(contents);
  if (!encoded.ok()) return with_context(encoded.error(), path);
  return write_file(path, *encoded);
}

Result<ModelContents> decode_model(ByteSpan bytes, const std::string& name) {
  auto contents = decode(bytes);
  if (!contents.ok()) return with_context(contents.error(), name);
  return contents;
}

}  // namespace bitplace
