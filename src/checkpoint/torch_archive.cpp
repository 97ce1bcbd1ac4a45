#include "checkpoint/torch_archive.h"

#include "checkpoint/pickle.h"
#include "checkpoint/printable.h"
#include "checkpoint/state_walker.h"
#include "checkpoint/torch_tensor.h"
#include "checkpoint/zip_archive.h"
#include "core/error.h"

namespace bitplace {
namespace {

constexpr std::string_view kPickleName = "/data.pkl";
constexpr std::size_t kLargestPickle = std::size_t{64} << 20;

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

// Why no tensor was found.
Error nothing_found(const std::string& file, const TensorCheckpoint& contents, const StateWalker& walker,
                    bool constants) {
  if (!contents.unreadable.empty())
    return make_error(ErrorCode::unsupported, file, "tensor \"" + contents.unreadable[0].name + "\"",
                      contents.unreadable[0].reason);
  if (constants)
    return make_error(
        ErrorCode::unsupported, file, "data.pkl",
        "it has no tensors; those of a frozen TorchScript module are constants of its code: save it before "
        "torch.jit.freeze");
  return make_error(ErrorCode::unsupported, file, "data.pkl", "it has no tensors; " + walker.outline());
}

}  // namespace

Result<TorchArchive> read_torch_archive(const std::string& file, ByteSpan bytes) {
  BITPLACE_ASSIGN(archive, ZipArchive::open(file, bytes));
  BITPLACE_ASSIGN(root, find_root(file, archive));
  const std::string entry = root + std::string(kPickleName);
  if (archive.size(entry) > kLargestPickle)
    return make_error(ErrorCode::unsupported, file, printable(entry), "it is larger than 64 MiB");
  BITPLACE_ASSIGN(text, archive.read(entry));
  BITPLACE_ASSIGN(pickle, parse_pickle(file + ": " + printable(entry), text));
  TorchTensorReader tensors(file, root, bytes.size(), &archive, &pickle);
  BITPLACE_TRY(tensors.open());
  StateWalker walker(file, &pickle, &tensors);
  BITPLACE_ASSIGN(contents, walker.walk());
  const bool constants = archive.contains(root + "/constants.pkl");
  if (contents.tensors.empty()) return nothing_found(file, contents, walker, constants);
  const char* format = !constants && !is_torchscript(pickle) ? "PyTorch zip"
                       : pickle.is_global(pickle[pickle.root].callable, "__torch__", "Module")
                           ? "LibTorch archive"
                           : "TorchScript archive";
  return TorchArchive{format, std::move(contents)};
}

}  // namespace bitplace
