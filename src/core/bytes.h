// Reading and writing little-endian fields of untrusted bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bitplace {

static_assert(std::endian::native == std::endian::little, "files are little-endian and read in place");

using ByteSpan = std::span<const std::byte>;

// A cursor over bytes that may be too few: every read says whether it succeeded, none goes past the end.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }

  template <typename T>
  bool read(T* out) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (remaining() < sizeof(T)) return false;
    std::memcpy(out, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return true;
  }

  bool read_bytes(std::size_t count, ByteSpan* out) {
    if (remaining() < count) return false;
    *out = bytes_.subspan(position_, count);
    position_ += count;
    return true;
  }

  // u32 length, then that many bytes.
  bool read_string(std::string* out, std::size_t longest) {
    std::uint32_t length = 0;
    ByteSpan text;
    if (!read(&length) || length > longest || !read_bytes(length, &text)) return false;
    out->assign(reinterpret_cast<const char*>(text.data()), text.size());
    return true;
  }

 private:
  ByteSpan bytes_;
  std::size_t position_ = 0;
};

class ByteWriter {
 public:
  const std::vector<std::byte>& bytes() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }
  std::size_t size() const { return bytes_.size(); }

  template <typename T>
  void write(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    write_bytes(&value, sizeof(T));
  }
  void write_bytes(const void* data, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + count);
  }
  void write_string(std::string_view text) {
    write(static_cast<std::uint32_t>(text.size()));
    write_bytes(text.data(), text.size());
  }
  void align(std::size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
  }

 private:
  std::vector<std::byte> bytes_;
};

// The values that lie in the bytes; what is left behind the last whole one is left out.
template <typename T>
std::vector<T> values_of(ByteSpan bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

// a + b and a * b that say when they do not fit.
inline bool checked_add(std::uint64_t a, std::uint64_t b, std::uint64_t* sum) {
  return !__builtin_add_overflow(a, b, sum);
}
inline bool checked_multiply(std::uint64_t a, std::uint64_t b, std::uint64_t* product) {
  return !__builtin_mul_overflow(a, b, product);
}

}  // namespace bitplace
