#include "checkpoint/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>

#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t kMostNodes = 2'000'000;
constexpr std::size_t kMostMarks = 256;
constexpr std::uint8_t kNewestProtocol = 5;

// What is wrong, or null.
using Defect = const char*;
constexpr Defect kTruncated = "the pickle ends inside it";
constexpr Defect kEmptyStack = "the stack does not hold what it needs";
constexpr Defect kNoMark = "no mark was set";

// The stack machine. Its instructions only build nodes.
class Machine {
 public:
  explicit Machine(ByteSpan bytes) : reader_(bytes) {}
  Result<Pickle> run(const std::string& where);

  // Instructions, by what they do; opcode_table() says which opcode does what.
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
  Defect push_long();
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
  Defect get();
  Defect memoize_next() { return memoize(static_cast<std::uint32_t>(memo_.size())); }

  Defect protocol();
  Defect frame();
  Defect stop();

 private:
  // The part of the stack above the last mark is all that an instruction may use.
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Defect push(PickleNode node);
  PickleId take();
  bool pop_mark(std::size_t* count);
  Defect collect(std::size_t count, Kind kind);
  Defect extend_below(std::size_t count, bool pairs);
  Defect memoize(std::uint32_t index);
  bool read_text(std::uint64_t length, std::string_view* text);
  bool read_line(std::string_view* text);

  ByteReader reader_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack when they were set
  std::unordered_map<std::uint32_t, PickleId> memo_;
  bool stopped_ = false;
};

Defect Machine::push(PickleNode node) {
  if (pickle_.nodes.size() >= kMostNodes) return "there are too many values";
  stack_.push_back(static_cast<PickleId>(pickle_.nodes.size()));
  pickle_.nodes.push_back(std::move(node));
  return nullptr;
}

PickleId Machine::take() {
  const PickleId top = stack_.back();
  stack_.pop_back();
  return top;
}

bool Machine::pop_mark(std::size_t* count) {
  if (marks_.empty()) return false;
  *count = available();
  marks_.pop_back();
  return true;
}

bool Machine::read_text(std::uint64_t length, std::string_view* text) {
  ByteSpan bytes;
  if (!reader_.read_bytes(length, &bytes)) return false;
  *text = std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return true;
}

bool Machine::read_line(std::string_view* text) {
  ByteReader ahead = reader_;
  std::uint8_t byte = 0;
  while (ahead.read(&byte)) {
    if (byte == '\n')
      return read_text(ahead.position() - reader_.position() - 1, text) && reader_.read(&byte);
  }
  return false;
}

template <typename Length>
Defect Machine::push_long() {
  PickleNode node;
  Length length = 0;
  if (!reader_.read(&length) || length < 0 || !read_text(static_cast<std::uint64_t>(length), &node.text))
    return kTruncated;
  node.kind = node.text.size() > sizeof node.integer ? Kind::long_integer : Kind::integer;
  if (node.kind == Kind::integer && !node.text.empty()) {
    const bool negative = (static_cast<unsigned char>(node.text.back()) & 0x80) != 0;
    node.integer = negative ? -1 : 0;
    std::memcpy(&node.integer, node.text.data(), node.text.size());
  }
  return push(std::move(node));
}

Defect Machine::push_real() {
  std::uint64_t big_endian = 0;
  if (!reader_.read(&big_endian)) return kTruncated;
  PickleNode node;
  node.kind = Kind::real;
  node.real = std::bit_cast<double>(__builtin_bswap64(big_endian));
  return push(std::move(node));
}

Defect Machine::push_global() {
  PickleNode node;
  node.kind = Kind::global;
  if (!read_line(&node.text) || !read_line(&node.name)) return kTruncated;
  return push(std::move(node));
}

Defect Machine::push_stack_global() {
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

Defect Machine::collect(std::size_t count, Kind kind) {
  if (available() < count) return kEmptyStack;
  if (kind == Kind::dict && count % 2 != 0) return "a key has no value";
  PickleNode node;
  node.kind = kind;
  node.items.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return push(std::move(node));
}

// Adds the topmost values, which are removed, to the value below them.
Defect Machine::extend_below(std::size_t count, bool pairs) {
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

Defect Machine::append() {
  return extend_below(1, false);
}
Defect Machine::set_item() {
  return extend_below(2, true);
}

Defect Machine::append_marked() {
  std::size_t count = 0;
  return pop_mark(&count) ? extend_below(count, false) : kNoMark;
}

Defect Machine::set_items_marked() {
  std::size_t count = 0;
  return pop_mark(&count) ? extend_below(count, true) : kNoMark;
}

Defect Machine::reduce() {
  if (available() < 2) return kEmptyStack;
  PickleNode node;
  node.kind = Kind::object;
  node.arguments = take();
  node.callable = take();
  if (pickle_[node.arguments].kind != Kind::tuple) return "its arguments are not a tuple";
  const Kind callable = pickle_[node.callable].kind;
  if (callable != Kind::global && callable != Kind::object) return "what it would call is not a global";
  return push(std::move(node));
}

// The keyword arguments are of no interest.
Defect Machine::reduce_with_keywords() {
  if (available() < 3) return kEmptyStack;
  stack_.pop_back();
  return reduce();
}

Defect Machine::build() {
  if (available() < 2) return kEmptyStack;
  const PickleId state = take();
  PickleNode& target = pickle_.nodes[stack_.back()];
  if (target.kind != Kind::object) return "its target is not an object";
  target.state = state;
  return nullptr;
}

Defect Machine::make_persistent() {
  if (available() < 1) return kEmptyStack;
  PickleNode node;
  node.kind = Kind::persistent;
  node.arguments = take();
  return push(std::move(node));
}

Defect Machine::mark() {
  if (marks_.size() >= kMostMarks) return "it is nested too deeply";
  marks_.push_back(stack_.size());
  return nullptr;
}

Defect Machine::pop() {
  if (available() < 1) return kEmptyStack;
  stack_.pop_back();
  return nullptr;
}

Defect Machine::pop_to_mark() {
  std::size_t count = 0;
  if (!pop_mark(&count)) return kNoMark;
  stack_.resize(stack_.size() - count);
  return nullptr;
}

Defect Machine::duplicate() {
  if (available() < 1) return kEmptyStack;
  stack_.push_back(stack_.back());
  return nullptr;
}

Defect Machine::memoize(std::uint32_t index) {
  if (available() < 1) return kEmptyStack;
  if (memo_.size() >= kMostNodes) return "too many values are stored";
  memo_[index] = stack_.back();
  return nullptr;
}

template <typename Index>
Defect Machine::get() {
  Index index;
  if (!reader_.read(&index)) return kTruncated;
  const auto found = memo_.find(index);
  if (found == memo_.end()) return "nothing was stored under its number";
  stack_.push_back(found->second);
  return nullptr;
}

Defect Machine::protocol() {
  std::uint8_t version = 0;
  if (!reader_.read(&version)) return kTruncated;
  return version <= kNewestProtocol ? nullptr : "the protocol is newer than 5";
}

Defect Machine::frame() {
  std::uint64_t length = 0;
  return reader_.read(&length) && length <= reader_.remaining() ? nullptr : kTruncated;
}

Defect Machine::stop() {
  if (stack_.size() != 1 || !marks_.empty()) return "the stack does not hold exactly the result";
  pickle_.root = stack_.back();
  stopped_ = true;
  return reader_.remaining() == 0 ? nullptr : "bytes follow it";
}

struct Opcode {
  const char* name = nullptr;
  Defect (Machine::*run)() = nullptr;
};

// The instructions that PyTorch's and LibTorch's own files use, and those of protocol 4. The others (INST,
// OBJ, EXT1, ...) have no place in a checkpoint.
std::array<Opcode, 256> opcode_table() {
  std::array<Opcode, 256> table{};
  const auto set = [&](unsigned code, const char* name, Defect (Machine::*run)()) {
    table[code] = {name, run};
  };
  set('N', "NONE", &Machine::push_constant<Kind::none, 0>);
  set(0x88, "NEWTRUE", &Machine::push_constant<Kind::boolean, 1>);
  set(0x89, "NEWFALSE", &Machine::push_constant<Kind::boolean, 0>);
  set(')', "EMPTY_TUPLE", &Machine::push_constant<Kind::tuple, 0>);
  set(']', "EMPTY_LIST", &Machine::push_constant<Kind::list, 0>);
  set('}', "EMPTY_DICT", &Machine::push_constant<Kind::dict, 0>);
  set(0x8f, "EMPTY_SET", &Machine::push_constant<Kind::set, 0>);
  set('J', "BININT", &Machine::push_integer<std::int32_t>);
  set('K', "BININT1", &Machine::push_integer<std::uint8_t>);
  set('M', "BININT2", &Machine::push_integer<std::uint16_t>);
  set(0x8a, "LONG1", &Machine::push_long<std::uint8_t>);
  set(0x8b, "LONG4", &Machine::push_long<std::int32_t>);
  set('G', "BINFLOAT", &Machine::push_real);
  set('X', "BINUNICODE", &Machine::push_text<std::uint32_t, Kind::text>);
  set(0x8c, "SHORT_BINUNICODE", &Machine::push_text<std::uint8_t, Kind::text>);
  set(0x8d, "BINUNICODE8", &Machine::push_text<std::uint64_t, Kind::text>);
  set('U', "SHORT_BINSTRING", &Machine::push_text<std::uint8_t, Kind::text>);
  set('B', "BINBYTES", &Machine::push_text<std::uint32_t, Kind::bytes>);
  set('C', "SHORT_BINBYTES", &Machine::push_text<std::uint8_t, Kind::bytes>);
  set(0x8e, "BINBYTES8", &Machine::push_text<std::uint64_t, Kind::bytes>);
  set('c', "GLOBAL", &Machine::push_global);
  set(0x93, "STACK_GLOBAL", &Machine::push_stack_global);
  set(0x85, "TUPLE1", &Machine::make_tuple<1>);
  set(0x86, "TUPLE2", &Machine::make_tuple<2>);
  set(0x87, "TUPLE3", &Machine::make_tuple<3>);
  set('t', "TUPLE", &Machine::make_marked<Kind::tuple>);
  set('l', "LIST", &Machine::make_marked<Kind::list>);
  set('d', "DICT", &Machine::make_marked<Kind::dict>);
  set(0x91, "FROZENSET", &Machine::make_marked<Kind::set>);
  set('a', "APPEND", &Machine::append);
  set('e', "APPENDS", &Machine::append_marked);
  set(0x90, "ADDITEMS", &Machine::append_marked);
  set('s', "SETITEM", &Machine::set_item);
  set('u', "SETITEMS", &Machine::set_items_marked);
  set('R', "REDUCE", &Machine::reduce);
  set(0x81, "NEWOBJ", &Machine::reduce);
  set(0x92, "NEWOBJ_EX", &Machine::reduce_with_keywords);
  set('b', "BUILD", &Machine::build);
  set('Q', "BINPERSID", &Machine::make_persistent);
  set('(', "MARK", &Machine::mark);
  set('0', "POP", &Machine::pop);
  set('1', "POP_MARK", &Machine::pop_to_mark);
  set('2', "DUP", &Machine::duplicate);
  set('h', "BINGET", &Machine::get<std::uint8_t>);
  set('j', "LONG_BINGET", &Machine::get<std::uint32_t>);
  set('q', "BINPUT", &Machine::put<std::uint8_t>);
  set('r', "LONG_BINPUT", &Machine::put<std::uint32_t>);
  set(0x94, "MEMOIZE", &Machine::memoize_next);
  set(0x80, "PROTO", &Machine::protocol);
  set(0x95, "FRAME", &Machine::frame);
  set('.', "STOP", &Machine::stop);
  return table;
}

std::string hexadecimal(unsigned byte) {
  constexpr const char* kDigits = "0123456789abcdef";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

Result<Pickle> Machine::run(const std::string& where) {
  static const std::array<Opcode, 256> kOpcodes = opcode_table();
  while (!stopped_) {
    const std::size_t position = reader_.position();
    std::uint8_t code = 0;
    if (!reader_.read(&code)) return make_error(ErrorCode::corrupt, where, "the pickle ends without STOP");
    const Opcode& opcode = kOpcodes[code];
    const auto place = [&](const std::string& name) {
      return where + ": opcode " + name + " at byte " + std::to_string(position);
    };
    if (opcode.run == nullptr)
      return make_error(ErrorCode::unsupported, place(hexadecimal(code)),
                        "no checkpoint needs it; it is refused");
    if (const Defect defect = (this->*opcode.run)())
      return make_error(ErrorCode::corrupt, place(opcode.name), defect);
  }
  return std::move(pickle_);
}

}  // namespace

bool Pickle::is_global(PickleId id, std::string_view module, std::string_view name) const {
  return id != kNoPickle && nodes[id].kind == PickleNode::Kind::global && nodes[id].text == module &&
         nodes[id].name == name;
}

Result<Pickle> parse_pickle(const std::string& where, ByteSpan bytes) {
  return Machine(bytes).run(where);
}

}  // namespace bitplace
