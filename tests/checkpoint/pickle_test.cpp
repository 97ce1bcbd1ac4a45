#include "checkpoint/pickle.h"

#include <catch2/catch.hpp>
#include <span>

#include "checkpoint/torch_file.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;
using Catch::Matchers::Contains;
using Kind = PickleNode::Kind;

namespace {

ByteSpan span_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string error_of(const std::string& text) {
  const Result<Pickle> pickle = parse_pickle("p", span_of(text));
  return pickle.ok() ? "no error" : pickle.error().message();
}

// The texts of the pickle point into `text`.
Pickle parsed(const std::string& text) {
  Result<Pickle> pickle = parse_pickle("p", span_of(text));
  INFO(pickle.error().message());
  REQUIRE(pickle.ok());
  return *std::move(pickle);
}

}  // namespace

TEST_CASE("numbers and texts of a pickle have their values") {
  const auto root = [](const std::string& text) { return parsed(text)[parsed(text).root]; };
  CHECK(root("K\xff.").integer == 255);
  CHECK(root("M\x01\x02.").integer == 513);
  CHECK(root("J\xfe\xff\xff\xff.").integer == -2);
  CHECK(root(std::string("\x8a\x00.", 3)).integer == 0);
  CHECK(root("\x8a\x01\xff.").integer == -1);
  CHECK(root(std::string("\x8a\x02\xff\x00.", 5)).integer == 255);
  CHECK(root("\x8a\x09"
             "123456789.")
            .kind == Kind::long_integer);
  CHECK(root(std::string("G\xc0\x04\0\0\0\0\0\0.", 10)).real == -2.5);
  CHECK(root("\x88.").integer == 1);
  CHECK(root("N.").kind == Kind::none);
  const std::string text = PickleWriter().text("abc").finish();
  CHECK(parsed(text).nodes.at(0).text == "abc");
  CHECK(root("C\x02hi.").kind == Kind::bytes);
}

TEST_CASE("containers of a pickle hold their items in order") {
  const std::string text =
      "](K\x01K\x02"
      "e}(K\x03K\x04u\x86.";
  const Pickle pickle = parsed(text);
  const PickleNode& root = pickle[pickle.root];
  REQUIRE(root.kind == Kind::tuple);
  REQUIRE(root.items.size() == 2);
  CHECK(pickle[root.items[0]].kind == Kind::list);
  CHECK(pickle[pickle[root.items[0]].items.at(1)].integer == 2);
  CHECK(pickle[root.items[1]].kind == Kind::dict);
  CHECK(pickle[pickle[root.items[1]].items.at(1)].integer == 4);
}

TEST_CASE("calls stay descriptions of calls") {
  const std::string text = PickleWriter().global("os", "system").text("exit 1").raw("\x85R").finish();
  const Pickle pickle = parsed(text);
  const PickleNode& root = pickle[pickle.root];
  CHECK(root.kind == Kind::object);
  CHECK(pickle.is_global(root.callable, "os", "system"));
  CHECK(pickle[pickle[root.arguments].items.at(0)].text == "exit 1");
}

TEST_CASE("memoised values are the same node") {
  const std::string memo = std::string("]\x94") + std::string("h\0h\0", 4) + "\x87.";
  const Pickle pickle = parsed(memo);
  const PickleNode& root = pickle[pickle.root];
  CHECK(root.items.at(0) == root.items.at(1));
  CHECK(root.items.at(1) == root.items.at(2));
}

TEST_CASE("protocol 4 and 5 writers are understood") {
  const std::string text =
      std::string("\x80\x04\x95\x0f\0\0\0\0\0\0\0", 11) + "\x8c\x02os\x8c\x06system\x93\x94.";
  const Pickle pickle = parsed(text);
  CHECK(pickle.is_global(pickle.root, "os", "system"));
}

TEST_CASE("a malformed pickle is refused with the opcode and its place") {
  CHECK(error_of("") == "p: the pickle ends without STOP");
  CHECK(error_of("N") == "p: the pickle ends without STOP");
  CHECK(error_of("NN.") == "p: opcode STOP at byte 2: the stack does not hold exactly the result");
  CHECK_THAT(error_of("."), Contains("STOP at byte 0"));
  CHECK_THAT(error_of("(N."), Contains("STOP at byte 2"));
  CHECK_THAT(error_of("N.N"), Contains("bytes follow"));
  CHECK_THAT(error_of("R."), Contains("REDUCE at byte 0: the stack"));
  CHECK_THAT(error_of("N)R."), Contains("not a global"));
  CHECK_THAT(error_of("ca\nb\nNR."), Contains("not a tuple"));
  CHECK_THAT(error_of("NNb."), Contains("BUILD at byte 2: its target"));
  CHECK_THAT(error_of("NNa."), Contains("APPEND at byte 2: its target"));
  CHECK_THAT(error_of("]NNs."), Contains("SETITEM at byte 3: its target"));
  CHECK_THAT(error_of("}(Nu."), Contains("a key has no value"));
  CHECK_THAT(error_of("e."), Contains("no mark"));
  CHECK_THAT(error_of("N(s."), Contains("the stack does not hold"));
  CHECK_THAT(error_of("\x85."), Contains("TUPLE1"));
  CHECK_THAT(error_of("0."), Contains("POP at byte 0"));
  CHECK_THAT(error_of("h\x05."), Contains("BINGET at byte 0: nothing was stored"));
  CHECK_THAT(error_of("q\x05."), Contains("BINPUT"));
  CHECK_THAT(error_of("NN\x93."), Contains("not named by text"));
  CHECK_THAT(error_of("\x80\x06N."), Contains("newer than 5"));
  CHECK_THAT(error_of("cos\nsystem"), Contains("GLOBAL at byte 0: the pickle ends inside it"));
  CHECK_THAT(error_of("X\xff\xff\xff\xff"
                      "abc"),
             Contains("BINUNICODE at byte 0: the pickle ends"));
  CHECK_THAT(error_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                      "abc"),
             Contains("BINUNICODE8"));
  CHECK_THAT(error_of("\x8b\xff\xff\xff\xff"
                      "abc"),
             Contains("LONG4"));
  CHECK_THAT(error_of(std::string(300, '(')), Contains("nested too deeply"));
}

TEST_CASE("opcodes that no checkpoint needs are refused") {
  for (const std::string opcode :
       {"i", "o", "\x82", "\x83", "\x84", "I", "L", "S", "V", "F", "P", "p", "g", "\x97", "\xff"})
    CHECK_THAT(error_of(opcode + "os\nsystem\n."), Contains("it is refused"));
}

TEST_CASE("the number of values is limited") {
  std::string many = "](";
  many.append(3'000'000, 'N');
  CHECK_THAT(error_of(many + "e."), Contains("too many values"));
}

TEST_CASE("random opcodes are an error or a pickle, never more") {
  const std::string alphabet =
      "N\x88)]}KJ\x8aGX\x8cUc\x93\x85\x86\x87tleas(uRb\x81Q01"
      "2hjqr\x94\x80\x95.";
  Random random;
  int accepted = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string text;
    for (std::int64_t length = random.integer(1, 24); length > 0; --length)
      text += random.integer(0, 7) == 0 ? static_cast<char>(random.integer(0, 3))
                                        : alphabet[random.next() % alphabet.size()];
    const std::string whole = text + ".";
    const Result<Pickle> pickle = parse_pickle("p", span_of(whole));
    if (!pickle.ok()) continue;
    ++accepted;
    for (const PickleNode& node : pickle->nodes) {
      for (const PickleId item : node.items)
        REQUIRE(item < pickle->nodes.size());
    }
  }
  CHECK(accepted > 100);
}
