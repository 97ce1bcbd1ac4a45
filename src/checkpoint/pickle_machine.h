// The stack machine behind parse_pickle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checkpoint/pickle.h"

namespace bitplace {

// What is wrong, or null.
using Defect = const char*;
inline constexpr Defect kTruncated = "the pickle ends inside it";
inline constexpr Defect kEmptyStack = "the stack does not hold what it needs";
inline constexpr Defect kNoMark = "no mark was set";

// The stack machine. Its instructions only build nodes.
class PickleMachine {
 public:
  using Kind = PickleNode::Kind;

  explicit PickleMachine(const ByteReader& reader) : reader_(reader) {}
  Result<Pickle> run(const std::string& where);
  // Behind what was run.
  const ByteReader& reader() const { return reader_; }

  // Instructions, by what they do; pickle.cpp says which opcode does what.
  template <Kind kKind, std::int64_t kInteger>
  Defect push_constant() {
    PickleNode node;
    node.kind = kKind;
    node.integer = kInteger;
    return push(std::move(node));
  }
  template <typename T>
  Defect push_integer() {
    T value;
    if (!reader_.read(&value)) return kTruncated;
    PickleNode node;
    node.kind = Kind::integer;
    node.integer = value;
    return push(std::move(node));
  }
  template <typename Length, Kind kKind>
  Defect push_text() {
    PickleNode node;
    node.kind = kKind;
    Length length;
    if (!reader_.read(&length) || !read_text(length, &node.text)) return kTruncated;
    return push(std::move(node));
  }
  template <typename Length>
  Defect push_long() {
    PickleNode node;
    Length length = 0;
    if (!reader_.read(&length) || length < 0 || !read_text(static_cast<std::uint64_t>(length), &node.text))
      return kTruncated;
    return push_long(std::move(node));
  }
  Defect push_real();
  Defect push_global();
  Defect push_stack_global();

  template <std::size_t kCount>
  Defect make_tuple() {
    return collect(kCount, Kind::tuple);
  }
  template <Kind kKind>
  Defect make_marked() {
    std::size_t count = 0;
    if (!pop_mark(&count)) return kNoMark;
    return collect(count, kKind);
  }
  Defect append();
  Defect append_marked();
  Defect set_item();
  Defect set_items_marked();
  Defect reduce();
  Defect reduce_with_keywords();
  Defect build();
  Defect make_persistent();

  Defect mark();
  Defect pop();
  Defect pop_to_mark();
  Defect duplicate();
  template <typename Index>
  Defect put() {
    Index index;
    return reader_.read(&index) ? memoize(index) : kTruncated;
  }
  template <typename Index>
  Defect get() {
    Index index;
    return reader_.read(&index) ? recall(index) : kTruncated;
  }
  Defect memoize_next() { return memoize(static_cast<std::uint32_t>(memo_.size())); }

  Defect protocol();
  Defect frame();
  Defect stop();

 private:
  // The part of the stack above the last mark is all that an instruction may use.
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Defect push(PickleNode node);
  Defect push_long(PickleNode node);
  PickleId take();
  bool pop_mark(std::size_t* count);
  Defect collect(std::size_t count, Kind kind);
  Defect extend_below(std::size_t count, bool pairs);
  Defect memoize(std::uint32_t index);
  Defect recall(std::uint32_t index);
  bool read_text(std::uint64_t length, std::string_view* text);
  bool read_line(std::string_view* text);

  ByteReader reader_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack when they were set
  std::unordered_map<std::uint32_t, PickleId> memo_;
  bool stopped_ = false;
};

}  // namespace bitplace
