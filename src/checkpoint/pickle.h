// Python's pickle format as plain data. Nothing is imported, called or constructed: what a pickle would call
// stays a node that says so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bitplace/result.h"
#include "core/bytes.h"

namespace bitplace {

using PickleId = std::uint32_t;
constexpr PickleId kNoPickle = 0xffffffffu;

struct PickleNode {
  enum class Kind : std::uint8_t {
    none,
    boolean,       // integer
    integer,       // integer
    real,          // real
    text,          // text
    bytes,         // text
    long_integer,  // text: more than 8 bytes, two's complement
    tuple,         // items
    list,          // items
    set,           // items
    dict,          // items: key, value, key, value, ...
    global,        // "text name": a module and a name in it
    object,        // callable(arguments) with state, and items: key, value, ... set on it
    persistent,    // arguments: the identification of something stored elsewhere
  };

  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0.0;
  std::string_view text;
  std::string_view name;
  std::vector<PickleId> items;
  PickleId callable = kNoPickle;
  PickleId arguments = kNoPickle;
  PickleId state = kNoPickle;
};

// A directed graph that may contain cycles. Texts point into the bytes that were parsed.
struct Pickle {
  std::vector<PickleNode> nodes;
  PickleId root = kNoPickle;

  const PickleNode& operator[](PickleId id) const { return nodes[id]; }
  bool is_global(PickleId id, std::string_view module, std::string_view name) const;
};

// `where` stands for the file and the entry in errors. The bytes must outlive the result.
Result<Pickle> parse_pickle(const std::string& where, ByteSpan bytes);

// The same for a pickle that other data may follow; the reader is left behind it.
Result<Pickle> parse_pickle(const std::string& where, ByteReader* reader);

}  // namespace bitplace
