#include "checkpoint/torch_legacy.h"

#include <algorithm>
#include <unordered_map>

#include "checkpoint/pickle.h"
#include "checkpoint/printable.h"
#include "checkpoint/state_walker.h"
#include "checkpoint/torch_elements.h"
#include "checkpoint/torch_storages.h"
#include "checkpoint/torch_tensor.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

// 0x1950a86a20f9469cfc6c as LONG1 of any protocol from 2 on.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kProtocolVersion = 1001;

// The storages lie behind the pickles, in the order of their list of keys: a count of elements, 64 bits wide,
// then the elements. How wide these are, only the tensors' pickle says.
class LegacyStorages : public TorchStorages {
 public:
  LegacyStorages(const std::string& file, const Pickle& pickle) : file_(file) { find_widths(pickle); }

  Status read(const Pickle& keys, ByteReader* reader);

  Result<ByteSpan> load(const std::string& key) override {
    const auto found = bytes_.find(key);
    if (found == bytes_.end())
      return Error(ErrorCode::corrupt, "its storage " + printable(key) + " is not in the file");
    return found->second;
  }

 private:
  void find_widths(const Pickle& pickle);
  Error corrupt(std::string_view why) const { return make_error(ErrorCode::corrupt, file_, "storages", why); }

  const std::string& file_;
  std::unordered_map<std::string, std::uint64_t> widths_;
  std::unordered_map<std::string, ByteSpan> bytes_;
};

// Of several types for one storage, the first is the one that it was written with.
void LegacyStorages::find_widths(const Pickle& pickle) {
  for (const PickleNode& node : pickle.nodes) {
    if (node.kind != Kind::persistent) continue;
    // ("storage", type, key, ...)
    const std::vector<PickleId>& items = pickle[node.arguments].items;
    if (items.size() < 5 || pickle[items[0]].text != "storage" || pickle[items[1]].kind != Kind::global)
      continue;
    const TorchType* type = torch_type_of_storage(pickle[items[1]].name);
    if (type == nullptr && pickle[items[1]].name != "UntypedStorage") continue;
    widths_.emplace(pickle[items[2]].text, type == nullptr ? 1 : type->bytes);
  }
}

Status LegacyStorages::read(const Pickle& keys, ByteReader* reader) {
  const PickleNode& list = keys[keys.root];
  if (list.kind != Kind::list) return corrupt("there is no list of their keys");
  for (const PickleId item : list.items) {
    const std::string key(keys[item].text);
    const auto width = widths_.find(key);
    if (keys[item].kind != Kind::text || width == widths_.end())
      return corrupt("storage " + printable(key) + " is of no tensor, or of an unknown type");
    std::uint64_t elements = 0, size = 0;
    ByteSpan bytes;
    if (!reader->read(&elements) || !checked_multiply(elements, width->second, &size) ||
        !reader->read_bytes(size, &bytes))
      return corrupt("storage " + printable(key) + " reaches behind the end of the file");
    if (!bytes_.emplace(key, bytes).second) return corrupt("storage " + printable(key) + " occurs twice");
  }
  if (reader->remaining() != 0) return corrupt("bytes follow the last one");
  return {};
}

// What a dictionary of plain values says under this key, or null.
const PickleNode* find_value(const Pickle& pickle, std::string_view key) {
  const PickleNode& root = pickle[pickle.root];
  if (root.kind != Kind::dict) return nullptr;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    if (pickle[root.items[i]].text == key) return &pickle[root.items[i + 1]];
  }
  return nullptr;
}

// The three pickles in front of the tensors'.
Status read_preamble(const std::string& file, ByteReader* reader) {
  BITPLACE_ASSIGN(magic, parse_pickle(file + ": magic number", reader));
  if (magic[magic.root].kind != Kind::long_integer || magic[magic.root].text != kMagic)
    return make_error(ErrorCode::corrupt, file, "magic number", "it is another number");
  BITPLACE_ASSIGN(version, parse_pickle(file + ": version", reader));
  if (version[version.root].kind != Kind::integer || version[version.root].integer != kProtocolVersion)
    return make_error(ErrorCode::unsupported, file, "version", "only 1001 is known");
  BITPLACE_ASSIGN(system, parse_pickle(file + ": system", reader));
  const PickleNode* order = find_value(system, "little_endian");
  if (order == nullptr || order->kind != Kind::boolean)
    return make_error(ErrorCode::corrupt, file, "system", "it does not say its byte order");
  if (order->integer == 0)
    return make_error(
        ErrorCode::unsupported, file, "system",
        "it was written by a big-endian machine; PyTorch's load and save make a zip archive of it");
  return {};
}

}  // namespace

bool looks_like_legacy_torch(ByteSpan bytes) {
  constexpr std::size_t kLongestPreamble = 32;
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                               std::min(bytes.size(), kLongestPreamble));
  return start.starts_with('\x80') && start.find(kMagic) != std::string_view::npos;
}

Result<TensorCheckpoint> read_legacy_torch(const std::string& file, ByteSpan bytes) {
  ByteReader reader(bytes);
  BITPLACE_TRY(read_preamble(file, &reader));
  BITPLACE_ASSIGN(pickle, parse_pickle(file + ": tensors", &reader));
  BITPLACE_ASSIGN(keys, parse_pickle(file + ": keys", &reader));
  LegacyStorages storages(file, pickle);
  BITPLACE_TRY(storages.read(keys, &reader));
  TorchTensorReader tensors(bytes.size(), &storages, &pickle);
  StateWalker walker(file, &pickle, &tensors);
  BITPLACE_ASSIGN(contents, walker.walk());
  if (contents.tensors.empty()) return walker.nothing_found(contents);
  return contents;
}

}  // namespace bitplace
