#include "checkpoint/pickle.h"

#include <array>

#include "checkpoint/pickle_machine.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

struct Opcode {
  const char* name = nullptr;
  Defect (PickleMachine::*run)() = nullptr;
};

// The instructions that PyTorch's and LibTorch's own files use, and those of protocol 4. The others (INST,
// OBJ, EXT1, ...) have no place in a checkpoint.
std::array<Opcode, 256> opcode_table() {
  std::array<Opcode, 256> table{};
  const auto set = [&](unsigned code, const char* name, Defect (PickleMachine::*run)()) {
    table[code] = {name, run};
  };
  set('N', "NONE", &PickleMachine::push_constant<Kind::none, 0>);
  set(0x88, "NEWTRUE", &PickleMachine::push_constant<Kind::boolean, 1>);
  set(0x89, "NEWFALSE", &PickleMachine::push_constant<Kind::boolean, 0>);
  set(')', "EMPTY_TUPLE", &PickleMachine::push_constant<Kind::tuple, 0>);
  set(']', "EMPTY_LIST", &PickleMachine::push_constant<Kind::list, 0>);
  set('}', "EMPTY_DICT", &PickleMachine::push_constant<Kind::dict, 0>);
  set(0x8f, "EMPTY_SET", &PickleMachine::push_constant<Kind::set, 0>);
  set('J', "BININT", &PickleMachine::push_integer<std::int32_t>);
  set('K', "BININT1", &PickleMachine::push_integer<std::uint8_t>);
  set('M', "BININT2", &PickleMachine::push_integer<std::uint16_t>);
  set(0x8a, "LONG1", &PickleMachine::push_long<std::uint8_t>);
  set(0x8b, "LONG4", &PickleMachine::push_long<std::int32_t>);
  set('G', "BINFLOAT", &PickleMachine::push_real);
  set('X', "BINUNICODE", &PickleMachine::push_text<std::uint32_t, Kind::text>);
  set(0x8c, "SHORT_BINUNICODE", &PickleMachine::push_text<std::uint8_t, Kind::text>);
  set(0x8d, "BINUNICODE8", &PickleMachine::push_text<std::uint64_t, Kind::text>);
  set('U', "SHORT_BINSTRING", &PickleMachine::push_text<std::uint8_t, Kind::text>);
  set('T', "BINSTRING", &PickleMachine::push_text<std::uint32_t, Kind::text>);
  set('B', "BINBYTES", &PickleMachine::push_text<std::uint32_t, Kind::bytes>);
  set('C', "SHORT_BINBYTES", &PickleMachine::push_text<std::uint8_t, Kind::bytes>);
  set(0x8e, "BINBYTES8", &PickleMachine::push_text<std::uint64_t, Kind::bytes>);
  set(0x96, "BYTEARRAY8", &PickleMachine::push_text<std::uint64_t, Kind::bytes>);
  set('c', "GLOBAL", &PickleMachine::push_global);
  set(0x93, "STACK_GLOBAL", &PickleMachine::push_stack_global);
  set(0x85, "TUPLE1", &PickleMachine::make_tuple<1>);
  set(0x86, "TUPLE2", &PickleMachine::make_tuple<2>);
  set(0x87, "TUPLE3", &PickleMachine::make_tuple<3>);
  set('t', "TUPLE", &PickleMachine::make_marked<Kind::tuple>);
  set('l', "LIST", &PickleMachine::make_marked<Kind::list>);
  set('d', "DICT", &PickleMachine::make_marked<Kind::dict>);
  set(0x91, "FROZENSET", &PickleMachine::make_marked<Kind::set>);
  set('a', "APPEND", &PickleMachine::append);
  set('e', "APPENDS", &PickleMachine::append_marked);
  set(0x90, "ADDITEMS", &PickleMachine::append_marked);
  set('s', "SETITEM", &PickleMachine::set_item);
  set('u', "SETITEMS", &PickleMachine::set_items_marked);
  set('R', "REDUCE", &PickleMachine::reduce);
  set(0x81, "NEWOBJ", &PickleMachine::reduce);
  set(0x92, "NEWOBJ_EX", &PickleMachine::reduce_with_keywords);
  set('b', "BUILD", &PickleMachine::build);
  set('Q', "BINPERSID", &PickleMachine::make_persistent);
  set('(', "MARK", &PickleMachine::mark);
  set('0', "POP", &PickleMachine::pop);
  set('1', "POP_MARK", &PickleMachine::pop_to_mark);
  set('2', "DUP", &PickleMachine::duplicate);
  set('h', "BINGET", &PickleMachine::get<std::uint8_t>);
  set('j', "LONG_BINGET", &PickleMachine::get<std::uint32_t>);
  set('q', "BINPUT", &PickleMachine::put<std::uint8_t>);
  set('r', "LONG_BINPUT", &PickleMachine::put<std::uint32_t>);
  set(0x94, "MEMOIZE", &PickleMachine::memoize_next);
  set(0x80, "PROTO", &PickleMachine::protocol);
  set(0x95, "FRAME", &PickleMachine::frame);
  set('.', "STOP", &PickleMachine::stop);
  return table;
}

std::string hexadecimal(unsigned byte) {
  constexpr const char* kDigits = "0123456789abcdef";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

}  // namespace

Result<Pickle> PickleMachine::run(const std::string& where) {
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

bool Pickle::is_global(PickleId id, std::string_view module, std::string_view name) const {
  return id != kNoPickle && nodes[id].kind == PickleNode::Kind::global && nodes[id].text == module &&
         nodes[id].name == name;
}

Result<Pickle> parse_pickle(const std::string& where, ByteReader* reader) {
  PickleMachine machine(*reader);
  Result<Pickle> pickle = machine.run(where);
  *reader = machine.reader();
  return pickle;
}

Result<Pickle> parse_pickle(const std::string& where, ByteSpan bytes) {
  ByteReader reader(bytes);
  Result<Pickle> pickle = parse_pickle(where, &reader);
  if (pickle.ok() && reader.remaining() != 0)
    return make_error(ErrorCode::corrupt, where, "bytes follow the pickle");
  return pickle;
}

}  // namespace bitplace
