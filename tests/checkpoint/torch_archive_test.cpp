#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "checkpoint/checkpoint.h"
#include "checkpoint/torch_file.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;

namespace {

using Shape = std::vector<std::int64_t>;

TensorCheckpoint tensors_of(const ZipFile& file, const std::string& format = "PyTorch zip") {
  const Result<Checkpoint> result = parse_checkpoint("net.pth", to_bytes(file));
  INFO(result.error().message());
  REQUIRE(result.ok());
  CHECK(result->format == format);
  return std::get<TensorCheckpoint>(result->contents);
}

std::vector<std::string> names_of(const TensorCheckpoint& checkpoint) {
  std::vector<std::string> names;
  for (const CheckpointTensor& tensor : checkpoint.tensors)
    names.push_back(tensor.name);
  return names;
}

// An archive of one pickle and one storage "0".
ZipFile archive_of(const PickleWriter& pickle, const std::string& storage = std::string(64, '\0')) {
  return ZipFile().add("a/data.pkl", pickle.finish()).add("a/data/0", storage);
}

// {"t": <what was written so far is opened by this>}
PickleWriter dict_of(const std::string& key) {
  return PickleWriter().raw("}").text(key);
}

std::string error_of(const ZipFile& file) {
  const Result<Checkpoint> result = parse_checkpoint("net.pth", to_bytes(file));
  return result.ok() ? "no error" : result.error().message();
}

// The error for one f32 tensor "t" in a storage of 16 elements.
std::string layout_error(std::int64_t offset, const Shape& shape, const Shape& strides) {
  return error_of(archive_of(dict_of("t").tensor("FloatStorage", "0", 16, offset, shape, strides).raw("s")));
}

}  // namespace

TEST_CASE("a state_dict is read in its order, with strides and offsets resolved") {
  const TensorCheckpoint checkpoint = tensors_of(small_state_dict());
  REQUIRE(names_of(checkpoint) == std::vector<std::string>{"conv.weight", "conv.bias"});
  CHECK(checkpoint.tensors[0].shape == Shape{2, 3});
  CHECK(to_f32(checkpoint.tensors[0]) == std::vector<float>{1, 2, 3, -4, 5, 6});
  CHECK(checkpoint.tensors[1].type == CheckpointType::s64);
  CHECK(checkpoint.tensors[1].shape == Shape{2, 1});
  CHECK(to_f32(checkpoint.tensors[1]) == std::vector<float>{11, 13});
  CHECK(checkpoint.unreadable.empty());
}

TEST_CASE("a LibTorch archive is read under dotted names, tied weights twice") {
  const TensorCheckpoint checkpoint = tensors_of(small_libtorch_archive(), "LibTorch archive");
  REQUIRE(names_of(checkpoint) == std::vector<std::string>{"weight", "running_mean", "sub.weight"});
  CHECK(checkpoint.tensors[1].shape.empty());
  CHECK(to_f32(checkpoint.tensors[1]) == std::vector<float>{7});
  CHECK(checkpoint.tensors[2].data == checkpoint.tensors[0].data);
}

TEST_CASE("a pickled module gives the names of its state_dict, whatever lies beside it") {
  const TensorCheckpoint checkpoint = tensors_of(small_whole_module());
  CHECK(names_of(checkpoint) == std::vector<std::string>{"scale", "mean", "block.weight"});
  CHECK(checkpoint.unreadable.empty());
}

TEST_CASE("transposed, broadcast and empty tensors become row-major") {
  const std::string storage = storage_bytes<float>({0, 1, 2, 3, 4, 5});
  const auto values = [&](const Shape& shape, const Shape& strides) {
    const PickleWriter pickle = dict_of("t").tensor("FloatStorage", "0", 6, 0, shape, strides).raw("s");
    return to_f32(tensors_of(archive_of(pickle, storage)).tensors.at(0));
  };
  CHECK(values({3, 2}, {1, 3}) == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(values({2, 3}, {0, 1}) == std::vector<float>{0, 1, 2, 0, 1, 2});
  CHECK(values({2, 1, 2}, {1, std::numeric_limits<std::int64_t>::max(), 2}) ==
        std::vector<float>{0, 2, 1, 3});
  CHECK(values({0, 3}, {3, 1}).empty());
}

TEST_CASE("every element type is read") {
  const auto value = [](const std::string& tag, const std::string& storage) {
    const PickleWriter pickle = dict_of("t").tensor(tag, "0", 1, 0, {1}, {1}).raw("s");
    return to_f32(tensors_of(archive_of(pickle, storage)).tensors.at(0)).at(0);
  };
  CHECK(value("DoubleStorage", storage_bytes<double>({-2.5})) == -2.5f);
  CHECK(value("FloatStorage", storage_bytes<float>({-2.5f})) == -2.5f);
  CHECK(value("HalfStorage", storage_bytes<std::uint16_t>({0xc100})) == -2.5f);
  CHECK(value("BFloat16Storage", storage_bytes<std::uint16_t>({0xc020})) == -2.5f);
  CHECK(value("LongStorage", storage_bytes<std::int64_t>({-7})) == -7.0f);
  CHECK(value("IntStorage", storage_bytes<std::int32_t>({-7})) == -7.0f);
  CHECK(value("ShortStorage", storage_bytes<std::int16_t>({-7})) == -7.0f);
  CHECK(value("CharStorage", storage_bytes<std::int8_t>({-7})) == -7.0f);
  CHECK(value("ByteStorage", storage_bytes<std::uint8_t>({250})) == 250.0f);
  CHECK(value("BoolStorage", storage_bytes<std::uint8_t>({1})) == 1.0f);
  CHECK(std::isnan(value("FloatStorage", storage_bytes<float>({std::nanf("")}))));
}

TEST_CASE("untyped storages take the type from the tensor") {
  const auto pickle_of = [](const std::string& dtype) {
    PickleWriter pickle = dict_of("t");
    pickle.global("torch._utils", "_rebuild_tensor_v3")
        .raw("(")
        .storage("UntypedStorage", "0", 8, "torch.storage");
    pickle.integer(1)
        .integers({1})
        .integers({1})
        .raw("\x89")
        .ordered_dict()
        .global("torch", dtype)
        .raw("tRs");
    return pickle;
  };
  const std::string storage = storage_bytes<std::int32_t>({3, -9});
  const TensorCheckpoint checkpoint = tensors_of(archive_of(pickle_of("int32"), storage));
  CHECK(to_f32(checkpoint.tensors.at(0)) == std::vector<float>{-9});
  CHECK_THAT(error_of(archive_of(pickle_of("float8_e5m2"), storage)),
             Contains("torch.float8_e5m2, which is not read"));
}

TEST_CASE("big-endian storages are swapped") {
  ZipFile file = archive_of(dict_of("t").tensor("ShortStorage", "0", 2, 0, {2}, {1}).raw("s"),
                            std::string("\0\1\1\0", 4));
  file.add("a/byteorder", "big");
  CHECK(to_f32(tensors_of(file).tensors.at(0)) == std::vector<float>{1, 256});
  file.entries.back().bytes = "odd";
  CHECK_THAT(error_of(file), Contains("byteorder"));
}

TEST_CASE("a tensor that leaves its storage or lies about its size is refused by name") {
  CHECK(layout_error(0, {4, 4}, {4, 1}) == "no error");
  CHECK_THAT(layout_error(1, {4, 4}, {4, 1}),
             Contains("net.pth: tensor \"t\": it reaches to element 16 of a storage of 16"));
  CHECK_THAT(layout_error(0, {4, 4}, {5, 1}), Contains("reaches to element 18"));
  CHECK_THAT(layout_error(-1, {4}, {1}), Contains("negative offset"));
  CHECK_THAT(layout_error(0, {-4}, {1}), Contains("negative size"));
  CHECK_THAT(layout_error(3, {4}, {-1}), Contains("negative size or stride"));
  CHECK_THAT(layout_error(0, {4}, {1, 1}), Contains("differ in number"));
  CHECK_THAT(layout_error(0, Shape(17, 1), Shape(17, 1)), Contains("17 dimensions"));
  CHECK_THAT(layout_error(0, {std::int64_t{1} << 62, 4, 4}, {1, 1, 1}), Contains("overflow"));
  CHECK_THAT(layout_error(0, {3, 3}, {std::int64_t{1} << 62, std::int64_t{1} << 62}), Contains("overflow"));
  CHECK_THAT(layout_error(0, {std::int64_t{1} << 40}, {0}), Contains("far larger than the file"));
  const auto with_storage = [](std::int64_t elements, const std::string& storage) {
    return error_of(
        archive_of(dict_of("t").tensor("FloatStorage", "0", elements, 0, {1}, {1}).raw("s"), storage));
  };
  CHECK_THAT(with_storage(2, std::string(4, '\0')),
             Contains("its storage holds 4 bytes, not 2 elements of 4"));
  CHECK_THAT(with_storage(1, std::string(5, '\0')), Contains("its storage holds 5 bytes"));
  CHECK_THAT(with_storage(-1, std::string(4, '\0')), Contains("negative size"));
  CHECK_THAT(error_of(archive_of(dict_of("t").tensor("FloatStorage", "7", 1, 0, {1}, {1}).raw("s"))),
             Contains("a/data/7 is not in the archive"));
}

TEST_CASE("tensors of unsupported kinds are reported beside those that are read") {
  PickleWriter pickle;
  pickle.raw("}(").text("good").tensor("FloatStorage", "0", 16, 0, {1}, {1});
  pickle.text("complex").tensor("ComplexFloatStorage", "0", 8, 0, {1}, {1});
  pickle.text("sparse").global("torch._utils", "_rebuild_sparse_tensor").raw("(tR");
  pickle.text("object").global("numpy", "ndarray").raw(")R").text("number").integer(3);
  pickle.text("strange")
      .global("torch._utils", "_rebuild_tensor_v2")
      .raw("(")
      .global("os", "system")
      .raw(")R");
  pickle.integer(0).integers({1}).integers({1}).raw("tRu");
  const TensorCheckpoint checkpoint = tensors_of(archive_of(pickle));
  CHECK(names_of(checkpoint) == std::vector<std::string>{"good"});
  REQUIRE(checkpoint.unreadable.size() == 4);
  CHECK(checkpoint.unreadable[0].name == "complex");
  CHECK(checkpoint.unreadable[3].name == "strange");
  CHECK_THAT(checkpoint.unreadable[0].reason, Contains("ComplexFloatStorage"));
  CHECK_THAT(checkpoint.unreadable[1].reason, Contains("_rebuild_sparse_tensor"));
  CHECK_THAT(checkpoint.unreadable[2].reason, Contains("numpy.ndarray"));
  CHECK_THAT(checkpoint.unreadable[3].reason, Contains("an object of os.system"));
}

TEST_CASE("the weights are found in training checkpoints") {
  for (const std::string key : {"state_dict", "model_state_dict", "model", "net", "teacher"}) {
    PickleWriter pickle;
    pickle.raw("}(").text("best").tensor("FloatStorage", "0", 16, 0, {}, {}).text(key).ordered_dict();
    pickle.text("w").tensor("FloatStorage", "0", 16, 0, {1}, {1}).raw("s").text("epoch").integer(1).raw("u");
    CHECK(names_of(tensors_of(archive_of(pickle))) == std::vector<std::string>{"w"});
  }
}

TEST_CASE("wrappers inside of wrappers and dictionaries of other classes are opened") {
  PickleWriter nested;
  nested.raw("}").text("model").raw("}(").text("state_dict").global("my", "Dict").raw(")R");
  nested.text("w").tensor("FloatStorage", "0", 16, 0, {1}, {1}).raw("s").text("epoch").integer(1).raw("us");
  CHECK(names_of(tensors_of(archive_of(nested))) == std::vector<std::string>{"w"});
  // A module called "net" inside of the state is a part of it.
  PickleWriter parts;
  parts.raw("}").text("model").raw("}(").text("net").raw("}").text("w");
  parts.tensor("FloatStorage", "0", 16, 0, {1}, {1}).raw("s").text("head");
  parts.tensor("FloatStorage", "0", 16, 0, {1}, {1}).raw("us");
  CHECK(names_of(tensors_of(archive_of(parts))) == std::vector<std::string>{"net.w", "head"});
}

TEST_CASE("TorchScript containers and lists of tensors are read by index") {
  PickleWriter list;
  list.global("torch.jit._pickle", "build_tensorlist").raw("](").tensor("FloatStorage", "0", 16, 0, {1}, {1});
  list.tensor("FloatStorage", "0", 16, 4, {1}, {1}).raw("e\x85R");
  CHECK(names_of(tensors_of(archive_of(list))) == std::vector<std::string>{"0", "1"});
  PickleWriter dict;
  dict.global("torch.jit._pickle", "restore_type_tag")
      .raw("(}")
      .text("w")
      .tensor("FloatStorage", "0", 16, 0, {1}, {1});
  dict.raw("s").text("Dict[str, Tensor]").raw("tR");
  CHECK(names_of(tensors_of(archive_of(dict))) == std::vector<std::string>{"w"});
  PickleWriter single;
  single.tensor("FloatStorage", "0", 16, 0, {1}, {1});
  CHECK(names_of(tensors_of(archive_of(single))) == std::vector<std::string>{"0"});
}

TEST_CASE("an archive without tensors says what it holds instead") {
  CHECK_THAT(error_of(archive_of(dict_of("epoch").integer(3).raw("s"))), Contains("its keys are \"epoch\""));
  CHECK_THAT(error_of(archive_of(PickleWriter().global("os", "system").raw("(").text("true").raw("tR"))),
             Contains("os.system"));
  ZipFile script = archive_of(PickleWriter().global("__torch__", "Net").raw(")\x81}b"));
  CHECK_THAT(error_of(script.add("a/constants.pkl", PickleWriter().raw(")").finish())),
             Contains("an object of __torch__.Net"));
}

TEST_CASE("the weights of a frozen TorchScript module are the constants of its code") {
  const TensorCheckpoint checkpoint = tensors_of(small_frozen_archive(), "TorchScript archive (frozen)");
  CHECK(names_of(checkpoint) == std::vector<std::string>{"CONSTANTS.c0", "CONSTANTS.c2"});
  CHECK(to_f32(checkpoint.tensors[1]) == std::vector<float>{3});
}

TEST_CASE("what belongs to the training is not taken for weights") {
  const auto tensor = [](PickleWriter& pickle) { pickle.tensor("FloatStorage", "0", 16, 0, {1}, {1}); };
  PickleWriter pickle;
  pickle.raw("}(").text("encoder").raw("}").text("w");
  tensor(pickle);
  pickle.raw("s").text("optimizer").raw("}").text("momentum");
  tensor(pickle);
  pickle.raw("s").text("callbacks").raw("}").global("some", "Callback").global("some", "Callback").raw(")Rs");
  // A tensor is a weight, whatever it is called.
  pickle.text("scaler");
  tensor(pickle);
  pickle.raw("u");
  const TensorCheckpoint checkpoint = tensors_of(archive_of(pickle));
  CHECK(names_of(checkpoint) == std::vector<std::string>{"encoder.w", "scaler"});
  CHECK(checkpoint.unreadable.empty());
}

TEST_CASE("quantized tensors are read as the numbers that they stand for") {
  const std::vector<float> rows = to_f32(tensors_of(small_quantized_state()).tensors.at(0));
  CHECK(rows.size() == 60);
  CHECK(rows.at(0) == 2.5f);
  CHECK(rows.at(59) == 8.0f);
  const auto quantized = [](const std::string& tag, std::int64_t elements, const Shape& shape) {
    PickleWriter pickle = dict_of("q");
    pickle.global("torch._utils", "_rebuild_qtensor").raw("(").storage(tag, "0", elements);
    return pickle.integer(0).integers(shape).integers(Shape(shape.size(), 1)).raw("(");
  };
  const auto end = [](PickleWriter& pickle) -> PickleWriter& {
    return pickle.raw("t\x89").ordered_dict().raw("tRs");
  };
  const std::string half = std::string("G\x3f\xe0", 3) + std::string(6, '\0');  // 0.5

  PickleWriter whole = quantized("QInt8Storage", 4, {4});
  whole.global("torch", "per_tensor_affine").raw(half).integer(-3);
  const std::string codes = storage_bytes<std::int8_t>({-128, -3, 0, 127});
  const TensorCheckpoint read = tensors_of(archive_of(end(whole), codes));
  CHECK(read.tensors.at(0).type == CheckpointType::f32);
  CHECK(to_f32(read.tensors[0]) == std::vector<float>{-62.5f, 0.0f, 1.5f, 65.0f});

  const auto channels = [&](std::int64_t axis, std::int64_t scales, const std::string& scale_type) {
    PickleWriter pickle = quantized("QUInt8Storage", 4, {2, 2});
    pickle.global("torch", "per_channel_affine");
    pickle.tensor(scale_type, "1", 2, 0, {scales}, {1}).tensor("LongStorage", "2", 2, 0, {scales}, {1});
    pickle.integer(axis);
    ZipFile file = archive_of(end(pickle), storage_bytes<std::uint8_t>({0, 1, 2, 255}));
    file.add("a/data/1", storage_bytes<double>({0.5, 2.0}));
    return file.add("a/data/2", storage_bytes<std::int64_t>({1, 5}));
  };
  // Strides of 1 and 1: the rows overlap.
  CHECK(to_f32(tensors_of(channels(0, 2, "DoubleStorage")).tensors.at(0)) ==
        std::vector<float>{-0.5f, 0.0f, -8.0f, -6.0f});
  CHECK(to_f32(tensors_of(channels(1, 2, "DoubleStorage")).tensors.at(0)) ==
        std::vector<float>{-0.5f, -8.0f, 0.0f, -6.0f});
  CHECK_THAT(error_of(channels(2, 2, "DoubleStorage")), Contains("scales do not fit"));
  CHECK_THAT(error_of(channels(-1, 2, "DoubleStorage")), Contains("scales do not fit"));
  CHECK_THAT(error_of(channels(0, 1, "DoubleStorage")), Contains("scales do not fit"));
  CHECK_THAT(error_of(channels(0, 2, "LongStorage")), Contains("scales are not f64"));

  PickleWriter plain = dict_of("q").tensor("QInt8Storage", "0", 4, 0, {4}, {1}).raw("s");
  CHECK_THAT(error_of(archive_of(plain, codes)), Contains("codes without a scale"));
  PickleWriter odd = quantized("QInt8Storage", 4, {4});
  odd.global("torch", "per_channel_symmetric").raw(half).integer(0);
  CHECK_THAT(error_of(archive_of(end(odd), codes)), Contains("per_channel_symmetric, which is not read"));
  PickleWriter far = quantized("QInt8Storage", 4, {4});
  far.global("torch", "per_tensor_affine").raw(half).integer(std::int64_t{1} << 40);
  CHECK_THAT(error_of(archive_of(end(far), codes)), Contains("no code"));
}

TEST_CASE("quantized scales of quantized scales do not nest without end") {
  PickleWriter pickle = dict_of("q");
  pickle.tensor("DoubleStorage", "0", 1, 0, {1}, {1}).put(0).raw("0");
  for (int level = 0; level < 20000; ++level) {
    pickle.global("torch._utils", "_rebuild_qtensor").raw("(").storage("QInt8Storage", "0", 8);
    pickle.integer(0).integers({1}).integers({1}).raw("(").global("torch", "per_channel_affine");
    pickle.get(0).get(0).integer(0).raw("t\x89Nt").raw("R").put(0).raw("0");
  }
  CHECK_THAT(error_of(archive_of(pickle.get(0).raw("s"), std::string(8, '\0'))),
             Contains("scales are quantized"));
}

TEST_CASE("names that repeat or cannot be printed are refused") {
  const auto tensor = [](PickleWriter& pickle) { pickle.tensor("FloatStorage", "0", 16, 0, {1}, {1}); };
  PickleWriter twice;
  twice.raw("}(").text("w");
  tensor(twice);
  twice.text("w");
  tensor(twice);
  CHECK_THAT(error_of(archive_of(twice.raw("u"))), Contains("\"w\"") && Contains("twice"));
  PickleWriter odd = dict_of("a\x1b[2J");
  tensor(odd);
  CHECK_THAT(error_of(archive_of(odd.raw("s"))), Contains("a?[2J") && Contains("printable"));
}

TEST_CASE("cyclic and endlessly shared values end in an error") {
  CHECK_THAT(error_of(archive_of(PickleWriter().raw("}").put(0).text("a").get(0).raw("s"))),
             Contains("contains itself"));
  CHECK_THAT(error_of(archive_of(PickleWriter().raw("]").put(0).get(0).raw("a"))),
             Contains("contains itself"));
  // 60 levels, each of which contains the one below twice.
  PickleWriter bomb;
  bomb.raw("}").put(0).raw("0");
  for (unsigned level = 1; level <= 60; ++level)
    bomb.raw("}(").text("a").get(level - 1).text("b").get(level - 1).raw("u").put(level).raw("0");
  CHECK_THAT(error_of(archive_of(bomb.get(60))), Contains("too often"));
}

namespace {

// A LibTorch archive of a tensor "w" and texts beside it.
ZipFile archive_with_texts(const std::vector<std::pair<std::string, std::string>>& texts) {
  PickleWriter pickle;
  pickle.global("__torch__", "Module").raw(")\x81}(");
  pickle.text("w").tensor("FloatStorage", "0", 16, 0, {2}, {1});
  for (const auto& [name, text] : texts)
    pickle.text(name).text(text);
  return archive_of(pickle.raw("ub"));
}

using Settings = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("texts beside a LibTorch archive's tensors are its settings") {
  const Settings texts = {
      {"bitplace_network", "floppynet"}, {"notes", "any\ntext \xff, \"quoted\""}, {"empty", ""}};
  const TensorCheckpoint checkpoint = tensors_of(archive_with_texts(texts), "LibTorch archive");
  CHECK(names_of(checkpoint) == std::vector<std::string>{"w"});
  CHECK(checkpoint.settings == texts);
  REQUIRE(find_setting(checkpoint, "bitplace_network") != nullptr);
  CHECK(*find_setting(checkpoint, "bitplace_network") == "floppynet");
  CHECK(find_setting(checkpoint, "bitplace") == nullptr);
  CHECK(tensors_of(small_libtorch_archive(), "LibTorch archive").settings.empty());
}

TEST_CASE("texts of other files, inside of modules, or of no use as settings are left out") {
  // A dictionary of Python, and what lies deeper than the root.
  PickleWriter dictionary = dict_of("w").tensor("FloatStorage", "0", 16, 0, {2}, {1}).raw("s");
  CHECK(tensors_of(archive_of(dictionary.text("a").text("b").raw("s"))).settings.empty());
  PickleWriter nested;
  nested.global("__torch__", "Module").raw(")\x81}(");
  nested.text("w").tensor("FloatStorage", "0", 16, 0, {2}, {1});
  nested.text("sub").global("__torch__", "Module").raw(")\x81}(").text("a").text("b").raw("ub");
  CHECK(tensors_of(archive_of(nested.raw("ub")), "LibTorch archive").settings.empty());

  const std::string long_text(std::size_t{1} << 16, 'x');
  const Settings fitting = {{"long", long_text}};
  CHECK(tensors_of(archive_with_texts({{"longer", long_text + "x"}, {"long", long_text}}), "LibTorch archive")
            .settings == fitting);
  // What is no tensor and no text is neither, and a name that no terminal should show is an error as ever.
  CHECK_THAT(error_of(archive_with_texts({{"a\x1b", "b"}})), Contains("not printable"));

  Settings many;
  for (int i = 0; i < 100; ++i)
    many.emplace_back("text" + std::to_string(i), "value");
  CHECK(tensors_of(archive_with_texts(many), "LibTorch archive").settings ==
        Settings(many.begin(), many.begin() + 64));
}
