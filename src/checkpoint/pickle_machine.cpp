#include "checkpoint/pickle_machine.h"

#include <bit>
#include <cstring>

namespace bitplace {
namespace {

constexpr std::size_t kMostNodes = 2'000'000;
constexpr std::size_t kMostMarks = 256;
constexpr std::uint8_t kNewestProtocol = 5;

}  // namespace

Defect PickleMachine::push(PickleNode node) {
  if (pickle_.nodes.size() >= kMostNodes) return "there are too many values";
  stack_.push_back(static_cast<PickleId>(pickle_.nodes.size()));
  pickle_.nodes.push_back(std::move(node));
  return nullptr;
}

PickleId PickleMachine::take() {
  const PickleId top = stack_.back();
  stack_.pop_back();
  return top;
}

bool PickleMachine::pop_mark(std::size_t* count) {
  if (marks_.empty()) return false;
  *count = available();
  marks_.pop_back();
  return true;
}

bool PickleMachine::read_text(std::uint64_t length, std::string_view* text) {
  ByteSpan bytes;
  if (!reader_.read_bytes(length, &bytes)) return false;
  *text = std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return true;
}

bool PickleMachine::read_line(std::string_view* text) {
  ByteReader ahead = reader_;
  std::uint8_t byte = 0;
  while (ahead.read(&byte)) {
    if (byte == '\n')
      return read_text(ahead.position() - reader_.position() - 1, text) && reader_.read(&byte);
  }
  return false;
}

Defect PickleMachine::push_long(PickleNode node) {
  node.kind = node.text.size() > sizeof node.integer ? Kind::long_integer : Kind::integer;
  if (node.kind == Kind::integer && !node.text.empty()) {
    const bool negative = (static_cast<unsigned char>(node.text.back()) & 0x80) != 0;
    node.integer = negative ? -1 : 0;
    std::memcpy(&node.integer, node.text.data(), node.text.size());
  }
  return push(std::move(node));
}

Defect PickleMachine::push_real() {
  std::uint64_t big_endian = 0;
  if (!reader_.read(&big_endian)) return kTruncated;
  PickleNode node;
  node.kind = Kind::real;
  node.real = std::bit_cast<double>(__builtin_bswap64(big_endian));
  return push(std::move(node));
}

Defect PickleMachine::push_global() {
  PickleNode node;
  node.kind = Kind::global;
  if (!read_line(&node.text) || !read_line(&node.name)) return kTruncated;
  return push(std::move(node));
}

Defect PickleMachine::push_stack_global() {
  if (available() < 2) return kEmptyStack;
  const PickleNode& name = pickle_[take()];
  const PickleNode& module = pickle_[take()];
  if (name.kind != Kind::text || module.kind != Kind::text)
    return "a module or its member is not named by text";
  PickleNode node;
  node.kind = Kind::global;
  node.text = module.text;
  node.name = name.text;
  return push(std::move(node));
}

Defect PickleMachine::collect(std::size_t count, Kind kind) {
  if (available() < count) return kEmptyStack;
  if (kind == Kind::dict && count % 2 != 0) return "a key has no value";
  PickleNode node;
  node.kind = kind;
  node.items.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return push(std::move(node));
}

// Adds the topmost values, which are removed, to the value below them.
Defect PickleMachine::extend_below(std::size_t count, bool pairs) {
  if (available() < count + 1) return kEmptyStack;
  if (pairs && count % 2 != 0) return "a key has no value";
  const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
  PickleNode& target = pickle_.nodes[*(first - 1)];
  if (target.kind == Kind::object) {
    // Elements of a list-like object are of no interest, unlike what a dict-like one maps.
    if (pairs) target.items.insert(target.items.end(), first, stack_.end());
  } else if (pairs ? target.kind == Kind::dict : target.kind == Kind::list || target.kind == Kind::set) {
    target.items.insert(target.items.end(), first, stack_.end());
  } else {
    return "its target is not a container";
  }
  stack_.resize(stack_.size() - count);
  return nullptr;
}

Defect PickleMachine::append() {
  return extend_below(1, false);
}
Defect PickleMachine::set_item() {
  return extend_below(2, true);
}

Defect PickleMachine::append_marked() {
  std::size_t count = 0;
  return pop_mark(&count) ? extend_below(count, false) : kNoMark;
}

Defect PickleMachine::set_items_marked() {
  std::size_t count = 0;
  return pop_mark(&count) ? extend_below(count, true) : kNoMark;
}

Defect PickleMachine::reduce() {
  if (available() < 2) return kEmptyStack;
  PickleNode node;
  node.kind = Kind::object;
  node.arguments = take();
  node.callable = take();
  if (pickle_[node.arguments].kind != Kind::tuple) return "its arguments are not a tuple";
  const Kind callable = pickle_[node.callable].kind;
  // Legacy files name the classes of modules by persistent references.
  if (callable != Kind::global && callable != Kind::object && callable != Kind::persistent)
    return "what it would call is not a global";
  return push(std::move(node));
}

// The keyword arguments are of no interest.
Defect PickleMachine::reduce_with_keywords() {
  if (available() < 3) return kEmptyStack;
  stack_.pop_back();
  return reduce();
}

Defect PickleMachine::build() {
  if (available() < 2) return kEmptyStack;
  const PickleId state = take();
  PickleNode& target = pickle_.nodes[stack_.back()];
  if (target.kind != Kind::object) return "its target is not an object";
  target.state = state;
  return nullptr;
}

Defect PickleMachine::make_persistent() {
  if (available() < 1) return kEmptyStack;
  PickleNode node;
  node.kind = Kind::persistent;
  node.arguments = take();
  return push(std::move(node));
}

Defect PickleMachine::mark() {
  if (marks_.size() >= kMostMarks) return "it is nested too deeply";
  marks_.push_back(stack_.size());
  return nullptr;
}

Defect PickleMachine::pop() {
  if (available() < 1) return kEmptyStack;
  stack_.pop_back();
  return nullptr;
}

Defect PickleMachine::pop_to_mark() {
  std::size_t count = 0;
  if (!pop_mark(&count)) return kNoMark;
  stack_.resize(stack_.size() - count);
  return nullptr;
}

Defect PickleMachine::duplicate() {
  if (available() < 1) return kEmptyStack;
  stack_.push_back(stack_.back());
  return nullptr;
}

Defect PickleMachine::memoize(std::uint32_t index) {
  if (available() < 1) return kEmptyStack;
  if (memo_.size() >= kMostNodes) return "too many values are stored";
  memo_[index] = stack_.back();
  return nullptr;
}

Defect PickleMachine::recall(std::uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) return "nothing was stored under its number";
  stack_.push_back(found->second);
  return nullptr;
}

Defect PickleMachine::protocol() {
  std::uint8_t version = 0;
  if (!reader_.read(&version)) return kTruncated;
  return version <= kNewestProtocol ? nullptr : "the protocol is newer than 5";
}

Defect PickleMachine::frame() {
  std::uint64_t length = 0;
  return reader_.read(&length) && length <= reader_.remaining() ? nullptr : kTruncated;
}

Defect PickleMachine::stop() {
  if (stack_.size() != 1 || !marks_.empty()) return "the stack does not hold exactly the result";
  pickle_.root = stack_.back();
  stopped_ = true;
  return nullptr;
}

}  // namespace bitplace
