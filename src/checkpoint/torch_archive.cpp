#include "checkpoint/torch_archive.h"

#include <unordered_map>

#include "checkpoint/pickle.h"
#include "checkpoint/printable.h"
#include "checkpoint/state_walker.h"
#include "checkpoint/torch_storages.h"
#include "checkpoint/torch_tensor.h"
#include "checkpoint/zip_archive.h"
#include "core/error.h"

namespace bitplace {
namespace {

constexpr std::string_view kPickleName = "/data.pkl";
constexpr std::size_t kLargestPickle = std::size_t{64} << 20;

// The storages are entries of one folder, named by their keys.
class ArchiveStorages : public TorchStorages {
 public:
  ArchiveStorages(ZipArchive* archive, std::string folder, bool big_endian)
      : archive_(*archive), folder_(std::move(folder)), big_endian_(big_endian) {}

  Result<ByteSpan> load(const std::string& key) override {
    const auto found = loaded_.find(key);
    if (found != loaded_.end()) return ByteSpan(found->second);
    const std::string entry = folder_ + key;
    if (!archive_.contains(entry))
      return Error(ErrorCode::corrupt, "its storage " + printable(entry) + " is not in the archive");
    BITPLACE_ASSIGN(bytes, archive_.read(entry));
    return ByteSpan(loaded_.emplace(key, std::move(bytes)).first->second);
  }
  bool big_endian() const override { return big_endian_; }

 private:
  ZipArchive& archive_;
  std::string folder_;
  bool big_endian_;
  std::unordered_map<std::string, std::vector<std::byte>> loaded_;
};

// The optional record of the byte order.
Result<bool> is_big_endian(const std::string& file, const std::string& root, ZipArchive* archive) {
  const std::string entry = root + "/byteorder";
  if (!archive->contains(entry)) return false;
  BITPLACE_ASSIGN(bytes, archive->read(entry));
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (order != "little" && order != "big")
    return make_error(ErrorCode::corrupt, file, entry, "neither \"little\" nor \"big\"");
  return order == "big";
}

// The one folder that everything lies in: the file's stem, or "archive".
Result<std::string> find_root(const std::string& file, const ZipArchive& archive) {
  std::string root;
  for (const std::string& name : archive.names()) {
    if (!name.ends_with(kPickleName) || name.find('/') != name.size() - kPickleName.size()) continue;
    if (!root.empty())
      return make_error(ErrorCode::corrupt, file, "zip", "it contains more than one data.pkl");
    root = name.substr(0, name.size() - kPickleName.size());
  }
  if (root.empty())
    return make_error(
        ErrorCode::unsupported, file, "zip",
        "a zip archive without a data.pkl in its first folder: nothing that PyTorch or LibTorch saved");
  return root;
}

bool is_torchscript(const Pickle& pickle) {
  const PickleNode& root = pickle[pickle.root];
  return root.kind == PickleNode::Kind::object && pickle[root.callable].kind == PickleNode::Kind::global &&
         pickle[root.callable].text.starts_with("__torch__");
}

// A pickle and the storages of the folder beside it.
struct Part {
  std::string pickle;  // the entry
  std::string folder;
  std::string prefix;  // of the tensors' names
};

// The pickle's tensors, and what its root is.
struct PartContents {
  TensorCheckpoint tensors;
  bool torchscript = false, libtorch = false;
  Error nothing;  // why there are none
};

Result<PartContents> read_part(const std::string& file, const Part& part, bool big_endian,
                               std::size_t file_bytes, ZipArchive* archive) {
  if (archive->size(part.pickle) > kLargestPickle)
    return make_error(ErrorCode::unsupported, file, printable(part.pickle), "it is larger than 64 MiB");
  BITPLACE_ASSIGN(text, archive->read(part.pickle));
  BITPLACE_ASSIGN(pickle, parse_pickle(file + ": " + printable(part.pickle), text));
  ArchiveStorages storages(archive, part.folder, big_endian);
  TorchTensorReader tensors(file_bytes, &storages, &pickle);
  StateWalker walker(file, &pickle, &tensors);
  PartContents contents;
  BITPLACE_ASSIGN(found, walker.walk(part.prefix));
  contents.torchscript = is_torchscript(pickle);
  contents.libtorch =
      contents.torchscript && pickle.is_global(pickle[pickle.root].callable, "__torch__", "Module");
  if (found.tensors.empty()) contents.nothing = walker.nothing_found(found);
  contents.tensors = std::move(found);
  if (contents.torchscript) contents.tensors.settings = walker.read_settings();
  return contents;
}

}  // namespace

// A frozen TorchScript module has no parameters: they are constants of its code, which calls them
// CONSTANTS.c0, CONSTANTS.c1 and so on.
Result<TorchArchive> read_torch_archive(const std::string& file, ByteSpan bytes) {
  BITPLACE_ASSIGN(archive, ZipArchive::open(file, bytes));
  BITPLACE_ASSIGN(root, find_root(file, archive));
  BITPLACE_ASSIGN(big_endian, is_big_endian(file, root, &archive));
  const Part main{root + std::string(kPickleName), root + "/data/", ""};
  const Part frozen{root + "/constants.pkl", root + "/constants/", "CONSTANTS.c"};
  BITPLACE_ASSIGN(contents, read_part(file, main, big_endian, bytes.size(), &archive));
  const bool constants = archive.contains(frozen.pickle);
  if (contents.tensors.tensors.empty() && contents.tensors.unreadable.empty() && constants) {
    BITPLACE_ASSIGN(inside, read_part(file, frozen, big_endian, bytes.size(), &archive));
    if (!inside.tensors.tensors.empty())
      return TorchArchive{"TorchScript archive (frozen)", std::move(inside.tensors)};
  }
  if (contents.tensors.tensors.empty()) return contents.nothing;
  const char* format = !constants && !contents.torchscript ? "PyTorch zip"
                       : contents.libtorch                 ? "LibTorch archive"
                                                           : "TorchScript archive";
  return TorchArchive{format, std::move(contents.tensors)};
}

}  // namespace bitplace
