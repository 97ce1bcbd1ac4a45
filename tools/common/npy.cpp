#include "common/npy.h"

#include <cstdint>

#include "core/bytes.h"
#include "core/error.h"
#include "core/file.h"

namespace bitplace::tools {

std::vector<std::byte> npy_file(std::span<const float> values, std::size_t rows, std::size_t columns) {
  // Magic, version and length take 10 bytes; the description is padded so that the values begin at a multiple
  // of 64.
  constexpr std::size_t kPrefixBytes = 10;
  constexpr std::size_t kAlignment = 64;
  std::string description = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) +
                            ", " + std::to_string(columns) + "), }";
  while ((kPrefixBytes + description.size() + 1) % kAlignment != 0)
    description += ' ';
  description += '\n';

  ByteWriter writer;
  writer.write_bytes("\x93NUMPY\x01\x00", 8);
  writer.write(static_cast<std::uint16_t>(description.size()));
  writer.write_bytes(description.data(), description.size());
  writer.write_bytes(values.data(), values.size_bytes());
  return writer.take();
}

Status write_npy(const std::string& path, std::span<const float> values, std::size_t rows,
                 std::size_t columns) {
  if (values.size() != rows * columns) {
    return make_error(ErrorCode::internal, path, "array", "the number of values is not rows x columns");
  }
  return write_file(path, npy_file(values, rows, columns));
}

}  // namespace bitplace::tools
