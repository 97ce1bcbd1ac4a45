// A cursor over one section. Its errors say in which record of which section they happened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bitplace/tensor.h"
#include "core/bytes.h"
#include "core/error.h"
#include "graph/validate.h"

namespace bitplace {

inline constexpr std::size_t kLongestName = 1024;
inline constexpr std::size_t kLongestText = 65536;

class SectionReader {
 public:
  SectionReader(const char* section, ByteSpan bytes)
      : bytes_(bytes), section_(section), where_(std::string("section ") + section) {}

  // Names the record that is read next.
  void enter(const char* record, std::size_t index) {
    where_ = std::string("section ") + section_ + ", " + record + " " + std::to_string(index);
  }

  Error error(const std::string& why, ErrorCode code = ErrorCode::corrupt) const {
    return make_error(code, where_, why);
  }

  template <typename T>
  Status number(const char* what, T* out) {
    if (!bytes_.read(out)) return error(std::string("ends inside ") + what);
    return {};
  }

  Status name(const char* what, std::string* out) { return text(what, kLongestName, out); }

  Status text(const char* what, std::size_t longest, std::string* out) {
    if (!bytes_.read_string(out, longest)) return error(std::string(what) + " is too long or cut off");
    return {};
  }

  // How many records follow: at most `limit`, and no more than the bytes left can hold.
  Status count(const char* what, std::size_t limit, std::size_t smallest_record, std::size_t* out) {
    std::uint32_t stated = 0;
    BITPLACE_TRY(number(what, &stated));
    if (stated > limit || stated > bytes_.remaining() / smallest_record) {
      return error("cannot hold " + std::to_string(stated) + " " + what);
    }
    *out = stated;
    return {};
  }

  // u8 rank, then u32 extents.
  Status shape(Shape* out) {
    std::uint8_t rank = 0;
    BITPLACE_TRY(number("a shape", &rank));
    if (rank < 1 || rank > Shape::kMaxRank) return error("a shape has rank " + std::to_string(rank));
    std::int64_t elements = 1;
    for (int axis = 0; axis < rank; ++axis) {
      std::uint32_t extent = 0;
      BITPLACE_TRY(number("a shape", &extent));
      if (extent < 1 || extent > kMaxElements / elements) {
        return error("a shape's extent " + std::to_string(extent) + " is out of range");
      }
      elements *= extent;
      out->append(extent);
    }
    return {};
  }

  Status data_type(DataType* out) {
    std::uint8_t code = 0;
    BITPLACE_TRY(number("a type", &code));
    if (code >= kDataTypeCount) return error("unknown type code " + std::to_string(code));
    *out = static_cast<DataType>(code);
    return {};
  }

  bool at_end() const { return bytes_.remaining() == 0; }

  Status finished() const {
    if (!at_end()) {
      return make_error(ErrorCode::corrupt, std::string("section ") + section_,
                        std::to_string(bytes_.remaining()) + " bytes follow its last record");
    }
    return {};
  }

 private:
  ByteReader bytes_;
  const char* section_;
  std::string where_;
};

}  // namespace bitplace
