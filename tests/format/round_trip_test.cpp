#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <set>
#include <string>

#include "bitplace/model.h"
#include "core/hash.h"
#include "format/model_file.h"
#include "graph/text_dump.h"
#include "support/tiny_model.h"

using namespace bitplace;
using bitplace::test::tiny_model;

namespace {

void check_equal(const ModelContents& a, const ModelContents& b) {
  CHECK(a.network == b.network);
  CHECK(a.metadata == b.metadata);
  CHECK(a.preprocessing.height == b.preprocessing.height);
  CHECK(a.preprocessing.width == b.preprocessing.width);
  CHECK(a.preprocessing.channels == b.preprocessing.channels);
  CHECK(a.preprocessing.resize == b.preprocessing.resize);
  CHECK(a.preprocessing.channel_order == b.preprocessing.channel_order);
  CHECK(a.preprocessing.value_scale == b.preprocessing.value_scale);
  CHECK(dump_graph(a.graph) == dump_graph(b.graph));
  REQUIRE(a.graph.values.size() == b.graph.values.size());
  for (std::size_t i = 0; i < a.graph.values.size(); ++i)
    CHECK(a.graph.values[i].name == b.graph.values[i].name);
  REQUIRE(a.graph.tensors.size() == b.graph.tensors.size());
  for (std::size_t i = 0; i < a.graph.tensors.size(); ++i) {
    CHECK(a.graph.tensors[i].name == b.graph.tensors[i].name);
    CHECK(a.graph.tensors[i].data == b.graph.tensors[i].data);
  }
}

ErrorCode encode_error(const ModelContents& contents) {
  return encode_model(contents).error().code();
}

// A model that reads a normalised input.
ModelContents normalized_model() {
  ModelContents contents = tiny_model();
  contents.graph = {};
  Graph& graph = contents.graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, 8, 8, 3));
  graph.features = *graph.append({"flatten", Op::reshape, {graph.input}, kNone, {}, {}});
  graph.descriptor = *graph.append({"normalize", Op::l2_normalize, {graph.features}, kNone, {}, {}});
  graph.add_tensor({"unread", DataType::u8, Shape(1), std::vector<std::byte>(1)});  // a file has some
  contents.preprocessing.input_type = DataType::f32;
  contents.preprocessing.mean = {0.485f, 0.456f, 0.0f};
  contents.preprocessing.standard_deviation = {0.229f, 0.224f, 0.225f};
  return contents;
}

}  // namespace

TEST_CASE("what is written is read back") {
  ModelContents contents = tiny_model();
  contents.preprocessing.resize = ResizeRule::nearest;
  contents.preprocessing.channel_order = ChannelOrder::bgr;
  contents.metadata.emplace_back("note", "two\nlines, caf\xc3\xa9");
  const auto bytes = encode_model(contents);
  REQUIRE(bytes.ok());
  const auto read = decode_model(*bytes, "tiny.vpr");
  INFO(read.error().message());
  REQUIRE(read.ok());
  check_equal(contents, *read);
  const auto again = encode_model(*read);
  REQUIRE(again.ok());
  CHECK(*again == *bytes);
}

TEST_CASE("every resize rule is read back and belongs to the identity, an unknown one is refused") {
  ModelContents contents = tiny_model();
  std::set<std::string> identities;
  for (int rule = 0; rule < kResizeRules; ++rule) {
    contents.preprocessing.resize = static_cast<ResizeRule>(rule);
    CAPTURE(resize_rule_name(contents.preprocessing.resize));
    const auto read = decode_model(*encode_model(contents), "tiny.vpr");
    REQUIRE(read.ok());
    CHECK(read->preprocessing.resize == contents.preprocessing.resize);
    identities.insert(to_hex(model_identity(*read)));
  }
  CHECK(identities.size() == kResizeRules);
  contents.preprocessing.resize = static_cast<ResizeRule>(kResizeRules);
  const auto refused = decode_model(*encode_model(contents), "tiny.vpr");
  CHECK(refused.error().code() == ErrorCode::unsupported);
  CHECK(std::string(refused.error().message()).find("unknown resize rule") != std::string::npos);
}

TEST_CASE("normalisation is read back and belongs to the identity") {
  const ModelContents plain = tiny_model();
  ModelContents contents = normalized_model();
  const auto read = decode_model(*encode_model(contents), "normalized.vpr");
  INFO(read.error().message());
  REQUIRE(read.ok());
  CHECK(read->preprocessing.input_type == DataType::f32);
  CHECK(read->preprocessing.mean == contents.preprocessing.mean);
  CHECK(read->preprocessing.standard_deviation == contents.preprocessing.standard_deviation);
  CHECK(read->preprocessing.input_scale == contents.preprocessing.input_scale);
  CHECK(model_identity(*read) == model_identity(contents));

  const ModelIdentity identity = model_identity(contents);
  const auto changes_identity = [&](auto change) {
    ModelContents other = contents;
    change(other.preprocessing);
    return model_identity(other) != identity;
  };
  CHECK(changes_identity([](Preprocessing& p) { p.mean[1] = 0.25f; }));
  CHECK(changes_identity([](Preprocessing& p) { p.standard_deviation[2] = 0.25f; }));
  CHECK(changes_identity([](Preprocessing& p) { p.input_scale = 0.125f; }));
  CHECK(changes_identity([](Preprocessing& p) { p.value_scale = 0.5f; }));
  // A u8 input has no such fields, and its value scale is stated only.
  ModelContents other = plain;
  other.preprocessing.value_scale = 0.5f;
  CHECK(model_identity(other) == model_identity(plain));
}

TEST_CASE("normalisation that is impossible, or not what the graph reads, is refused") {
  ModelContents contents = normalized_model();
  contents.preprocessing.standard_deviation[1] = 0.0f;
  CHECK(encode_error(contents) == ErrorCode::corrupt);
  contents = normalized_model();
  contents.preprocessing.input_type = DataType::f16;
  CHECK(encode_error(contents) == ErrorCode::corrupt);
  contents = tiny_model();
  contents.preprocessing.mean[0] = 0.5f;
  CHECK(encode_error(contents) == ErrorCode::corrupt);
}

TEST_CASE("every kind of attribute and operation survives") {
  ModelContents contents = tiny_model();
  Graph& graph = contents.graph;
  MaxPoolAttributes pool;
  pool.window_height = 3;
  pool.window_width = 2;
  pool.pad_top = 1;
  const auto pooled = graph.append({"pool", Op::max_pool, {graph.features}, kNone, pool, {}});
  REQUIRE(pooled.ok());
  const auto flat = graph.append({"flatten_pool", Op::reshape, {*pooled}, kNone, {}, {}});
  REQUIRE(flat.ok());
  const auto codes = graph.append({"codes", Op::quantize, {*flat}, kNone, QuantizeAttributes{0.372549f}, {}});
  REQUIRE(codes.ok());
  graph.descriptor = *codes;
  const auto bytes = encode_model(contents);
  REQUIRE(bytes.ok());
  const auto read = decode_model(*bytes, "tiny.vpr");
  REQUIRE(read.ok());
  check_equal(contents, *read);
  CHECK(std::get<QuantizeAttributes>(read->graph.nodes.back().attributes).scale == 0.372549f);
  CHECK(descriptor_spec(*read).type == DescriptorType::s8);
}

TEST_CASE("a model opens from a file and from memory") {
  const ModelContents contents = tiny_model();
  const std::string path = "format_round_trip_" + std::to_string(::getpid()) + ".vpr";
  REQUIRE(write_model(path, contents).ok());
  const auto opened = Model::open(path.c_str());
  std::remove(path.c_str());
  INFO(opened.error().message());
  REQUIRE(opened.ok());
  CHECK(opened->network() == "tiny");
  CHECK(opened->input_width() == 8);
  CHECK(opened->input_height() == 8);
  CHECK(opened->descriptor_spec().type == DescriptorType::f32);
  CHECK(opened->descriptor_spec().dimension == 36);
  CHECK(opened->identity() == to_hex(model_identity(contents)));
  CHECK(opened->metadata() == contents.metadata);
  check_equal(contents, opened->contents());

  const auto bytes = encode_model(contents);
  REQUIRE(bytes.ok());
  CHECK(opened->file_bytes() == bytes->size());
  const auto in_memory = Model::from_memory(bytes->data(), bytes->size());
  REQUIRE(in_memory.ok());
  CHECK(in_memory->descriptor_spec() == opened->descriptor_spec());
}

TEST_CASE("errors name the file, the place and the reason") {
  CHECK(Model::open("no/such/file.vpr").error().code() == ErrorCode::io);
  CHECK(Model::open(nullptr).error().code() == ErrorCode::invalid_argument);
  CHECK(Model::from_memory(nullptr, 5).error().code() == ErrorCode::invalid_argument);
  CHECK(std::string(Model::from_memory(nullptr, 0, "empty.vpr").error().message()) ==
        "empty.vpr: header: the file ends inside the header");
  const std::string text(100, 'x');
  CHECK(std::string(Model::from_memory(text.data(), text.size(), "a.txt").error().message()) ==
        "a.txt: header: this is not a .vpr file");
}

TEST_CASE("a failed write leaves no file") {
  ModelContents contents = tiny_model();
  contents.graph.descriptor = kNone;
  const std::string path = "format_failed_" + std::to_string(::getpid()) + ".vpr";
  CHECK_FALSE(write_model(path, contents).ok());
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("the writer refuses what a reader would refuse") {
  ModelContents contents = tiny_model();
  contents.network = "bell \a";
  CHECK(encode_error(contents) == ErrorCode::corrupt);

  contents = tiny_model();
  contents.preprocessing.width = 9;
  CHECK(encode_error(contents) == ErrorCode::corrupt);

  contents = tiny_model();
  contents.preprocessing.value_scale = 0.0f;
  CHECK(encode_error(contents) == ErrorCode::corrupt);

  contents = tiny_model();
  contents.graph.tensors[0].data[3] |= std::byte{0x80};  // rows of 27 bits
  CHECK(encode_error(contents) == ErrorCode::corrupt);

  contents = tiny_model();
  contents.graph.add_tensor({"nibbles", DataType::s4, Shape(1, 3), {std::byte{0x21}, std::byte{0x13}}});
  CHECK(encode_error(contents) == ErrorCode::corrupt);

  contents = tiny_model();
  contents.metadata.emplace_back("long", std::string(70000, 'x'));
  CHECK(encode_error(contents) == ErrorCode::corrupt);
}

TEST_CASE("identity follows the numbers and not the names") {
  const ModelIdentity identity = model_identity(tiny_model());
  ModelContents contents = tiny_model();
  contents.metadata.clear();
  contents.network = "other";
  contents.graph.tensors[0].name = "other";
  contents.graph.nodes[0].name = "other";
  CHECK(model_identity(contents) == identity);
  contents.graph.tensors[1].data[0] ^= std::byte{1};
  CHECK(model_identity(contents) != identity);
  CHECK(model_identity(tiny_model(), 2) != identity);
}
