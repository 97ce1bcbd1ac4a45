#include "checkpoint/torch_file.h"

#include <zip.h>

#include <stdexcept>

namespace bitplace::test {

std::vector<std::byte> to_bytes(const ZipFile& file) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::runtime_error("zip_open_from_source");
  zip_source_keep(target);
  for (const ZipFile::Entry& entry : file.entries) {
    zip_source_t* source = zip_source_buffer(archive, entry.bytes.data(), entry.bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) throw std::runtime_error("zip_file_add");
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             entry.compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 9);
    zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), 1'000'000'000, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("zip_close");
  zip_stat_t info;
  zip_source_stat(target, &info);
  std::vector<std::byte> bytes(info.size);
  zip_source_open(target);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  zip_error_fini(&error);
  return bytes;
}

std::string legacy_preamble(std::int64_t version, bool little_endian) {
  PickleWriter magic, number, system;
  magic.raw("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  number.integer(version);
  system.raw("}(").text("protocol_version").integer(version).text("little_endian");
  system.raw(little_endian ? "\x88" : "\x89").text("type_sizes").raw("}u");
  return magic.finish() + number.finish() + system.finish();
}

std::vector<std::byte> to_bytes(const LegacyFile& file) {
  PickleWriter keys;
  keys.raw("](");
  for (const auto& [key, bytes] : file.storages)
    keys.text(key);
  std::string text = file.preamble + file.pickle + keys.raw("e").finish();
  for (const auto& [key, bytes] : file.storages)
    text += bytes;
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

LegacyFile small_legacy_file() {
  PickleWriter pickle;
  pickle.ordered_dict().raw("(").text("w").tensor("FloatStorage", "7", 4, 0, {2, 2}, {1, 2});
  pickle.text("n").tensor("LongStorage", "94", 2, 1, {}, {});
  pickle.text("again").tensor("LongStorage", "94", 2, 1, {}, {}).raw("u");
  return LegacyFile{legacy_preamble(), pickle.finish(), {}}
      .add<float>("7", {1, 2, 3, 4})
      .add<std::int64_t>("94", {5, -6});
}

LegacyFile small_legacy_module() {
  PickleWriter pickle;
  pickle.raw("(").text("module").global("research.net", "Net").text("net.py").text("class Net").raw("tQ");
  pickle.raw(")\x81}(").text("_parameters").ordered_dict().text("scale");
  pickle.tensor("FloatStorage", "7", 1, 0, {1}, {1}).raw("s");
  pickle.text("_buffers").ordered_dict().text("_modules").ordered_dict().raw("ub");
  return LegacyFile{legacy_preamble(), pickle.finish(), {}}.add<float>("7", {2.5f});
}

ZipFile small_state_dict() {
  PickleWriter pickle;
  pickle.ordered_dict().put(0).raw("(");
  pickle.text("conv.weight").tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1});
  pickle.text("conv.bias").tensor("LongStorage", "1", 5, 1, {2, 1}, {2, 9});
  // BUILD with the attributes that PyTorch sets on a state_dict.
  pickle.raw("u}").text("_metadata").raw("}sb");
  return ZipFile()
      .add("net/data.pkl", pickle.finish())
      .add("net/byteorder", "little")
      .add("net/data/0", storage_bytes<float>({1, 2, 3, -4, 5, 6}))
      .add("net/data/1", storage_bytes<std::int64_t>({10, 11, 12, 13, 14}))
      .add("net/version", "3\n");
}

ZipFile small_libtorch_archive() {
  PickleWriter pickle;
  pickle.global("__torch__", "Module").raw(")\x81}(");
  pickle.text("weight").tensor("FloatStorage", "0", 2, 0, {2}, {1});
  pickle.text("running_mean").tensor("FloatStorage", "1", 1, 0, {}, {});
  pickle.text("training").raw("\x88");
  pickle.text("sub").global("__torch__.___torch_mangle_0", "Module").raw(")\x81}(");
  pickle.text("weight").tensor("FloatStorage", "0", 2, 0, {2}, {1}).raw("ub");
  pickle.raw("ub");
  return ZipFile()
      .add("m/data.pkl", pickle.finish())
      .add("m/data/0", storage_bytes<float>({0.5f, -0.5f}))
      .add("m/data/1", storage_bytes<float>({7}))
      .add("m/code/__torch__.py", std::string(1000, 'x'), true)
      .add("m/constants.pkl", PickleWriter().raw(")").finish());
}

ZipFile small_quantized_state() {
  PickleWriter pickle;
  pickle.raw("}").text("w").global("torch._utils", "_rebuild_qtensor").raw("(");
  pickle.storage("QInt8Storage", "0", 64).integer(0).integers({5, 12}).integers({12, 1}).raw("(");
  pickle.global("torch", "per_channel_affine").tensor("DoubleStorage", "1", 5, 0, {5}, {1});
  pickle.tensor("LongStorage", "2", 5, 0, {5}, {1}).integer(0).raw("t\x89").ordered_dict().raw("tRs");
  return ZipFile()
      .add("a/data.pkl", pickle.finish())
      .add("a/data/0", std::string(64, '\5'))
      .add("a/data/1", storage_bytes<double>({0.5, 1, 2, 4, 8}))
      .add("a/data/2", storage_bytes<std::int64_t>({0, 1, 2, 3, 4}));
}

ZipFile small_frozen_archive() {
  PickleWriter module, constants;
  module.global("__torch__", "Net").raw(")\x81}").text("training").raw("\x89sb");
  constants.raw("(").tensor("FloatStorage", "0", 2, 0, {2}, {1}).integer(5);
  constants.tensor("FloatStorage", "1", 1, 0, {1}, {1}).raw("t");
  return ZipFile()
      .add("a/data.pkl", module.finish())
      .add("a/constants.pkl", constants.finish())
      .add("a/constants/0", storage_bytes<float>({1, 2}))
      .add("a/constants/1", storage_bytes<float>({3}));
}

ZipFile small_whole_module() {
  const auto parameter = [](PickleWriter& pickle, const std::string& key) {
    pickle.global("torch._utils", "_rebuild_parameter").raw("(").tensor("FloatStorage", key, 1, 0, {1}, {1});
    pickle.raw("\x88").ordered_dict().raw("tR");
  };
  PickleWriter pickle;
  pickle.raw("}(").text("epoch").integer(3);
  pickle.text("optimizer").global("some.module", "Optimizer").raw(")\x81}").text("x").integer(1).raw("sb");
  pickle.text("model").global("research.net", "Net").raw(")\x81}(");
  pickle.text("training").raw("\x89");
  pickle.text("_parameters").ordered_dict().text("scale");
  parameter(pickle, "0");
  pickle.raw("s").text("_buffers").ordered_dict().raw("(");
  pickle.text("mean").tensor("FloatStorage", "1", 1, 0, {1}, {1});
  pickle.text("hidden").tensor("FloatStorage", "1", 1, 0, {1}, {1});
  pickle.raw("u")
      .text("_non_persistent_buffers_set")
      .global("__builtin__", "set")
      .raw("](")
      .text("hidden")
      .raw("e\x85R");
  pickle.text("_modules").ordered_dict().text("block").global("torch.nn", "Block").raw(")\x81}(");
  pickle.text("_parameters").ordered_dict().raw("(").text("weight");
  parameter(pickle, "1");
  pickle.text("bias").raw("Nu").text("_buffers").ordered_dict().text("_modules").ordered_dict().raw("ub");
  pickle.raw("sub");
  pickle.raw("u");
  return ZipFile()
      .add("archive/data.pkl", pickle.finish())
      .add("archive/data/0", storage_bytes<float>({2}))
      .add("archive/data/1", storage_bytes<float>({3}));
}

}  // namespace bitplace::test
