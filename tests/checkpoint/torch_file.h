// PyTorch and LibTorch archives in memory: a small pickle writer and zip files.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bitplace::test {

// Writes opcodes one after the other; what they mean together is the caller's business.
class PickleWriter {
 public:
  PickleWriter() { raw("\x80\x02"); }

  PickleWriter& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleWriter& byte(unsigned value) { return raw(std::string(1, static_cast<char>(value))); }
  PickleWriter& little_endian(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      byte(static_cast<unsigned>(value >> (8 * i) & 0xff));
    return *this;
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c" + module + "\n" + name + "\n");
  }
  PickleWriter& text(const std::string& value) { return raw("X").little_endian(value.size(), 4).raw(value); }
  PickleWriter& integer(std::int64_t value) {
    if (value >= 0 && value < 256) return raw("K").byte(static_cast<unsigned>(value));
    return raw("\x8a").byte(8).little_endian(static_cast<std::uint64_t>(value), 8);
  }
  PickleWriter& integers(const std::vector<std::int64_t>& values) {
    raw("(");
    for (const std::int64_t value : values)
      integer(value);
    return raw("t");
  }
  PickleWriter& put(unsigned index) { return raw("q").byte(index); }
  PickleWriter& get(unsigned index) { return raw("h").byte(index); }
  PickleWriter& ordered_dict() { return global("collections", "OrderedDict").raw(")R"); }
  // ("storage", module.tag, key, "cpu", elements) as a persistent id.
  PickleWriter& storage(const std::string& tag, const std::string& key, std::int64_t elements,
                        const std::string& module = "torch") {
    return raw("(").text("storage").global(module, tag).text(key).text("cpu").integer(elements).raw("tQ");
  }
  // _rebuild_tensor_v2 of a storage.
  PickleWriter& tensor(const std::string& tag, const std::string& key, std::int64_t elements,
                       std::int64_t offset, const std::vector<std::int64_t>& shape,
                       const std::vector<std::int64_t>& strides) {
    global("torch._utils", "_rebuild_tensor_v2").raw("(").storage(tag, key, elements);
    return integer(offset).integers(shape).integers(strides).raw("\x89").ordered_dict().raw("tR");
  }

  std::string finish() const { return bytes_ + "."; }

 private:
  std::string bytes_;
};

struct ZipFile {
  struct Entry {
    std::string name;
    std::string bytes;
    bool compressed = false;
  };
  std::vector<Entry> entries;

  ZipFile& add(const std::string& name, const std::string& bytes, bool compressed = false) {
    entries.push_back({name, bytes, compressed});
    return *this;
  }
};

std::vector<std::byte> to_bytes(const ZipFile& file);

// The bytes of numbers as a storage holds them.
template <typename T>
std::string storage_bytes(const std::vector<T>& values) {
  std::string bytes;
  for (const T& value : values) {
    char text[sizeof(T)];
    __builtin_memcpy(text, &value, sizeof(T));
    bytes.append(text, sizeof(T));
  }
  return bytes;
}

// PyTorch's format before zip archives: a magic number, a version and facts about the machine, the pickle of
// the tensors and the list of storages, each a pickle; then the storages.
struct LegacyFile {
  std::string preamble;
  std::string pickle;
  std::vector<std::pair<std::string, std::string>> storages;  // key; count of elements and elements

  template <typename T>
  LegacyFile& add(const std::string& key, const std::vector<T>& elements) {
    storages.emplace_back(key, storage_bytes<std::uint64_t>({elements.size()}) + storage_bytes(elements));
    return *this;
  }
};

std::string legacy_preamble(std::int64_t version = 1001, bool little_endian = true);
std::vector<std::byte> to_bytes(const LegacyFile& file);

// A state_dict of "w" f32 [2, 2], transposed, and "n" s64, tied as "again".
LegacyFile small_legacy_file();
// A pickled module of one parameter, whose class is named by a persistent reference.
LegacyFile small_legacy_module();

// A state_dict of "conv.weight" f32 [2, 3] and "conv.bias" s64 [2], the latter a transposed view with
// offset 1.
ZipFile small_state_dict();
// The archive that LibTorch writes of a module with a parameter, a buffer and a nested module.
ZipFile small_libtorch_archive();
// A tensor of 5x12 codes with a scale and a zero point for each of its 5 rows.
ZipFile small_quantized_state();
// A TorchScript module whose weights are constants of its code.
ZipFile small_frozen_archive();
// A pickled module inside of a training checkpoint, with an optimizer of unknown objects beside it.
ZipFile small_whole_module();

}  // namespace bitplace::test
