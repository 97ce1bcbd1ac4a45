#include "checkpoint/torch_tensor.h"

#include "checkpoint/printable.h"
#include "checkpoint/torch_elements.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t kHighestRank = 16;
constexpr int kMostWrappers = 8;
// Tensors may share storages and repeat elements: what they take together is bounded by these multiples of
// the file.
constexpr std::uint64_t kLargestCopyRatio = 16;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{64} << 20;

Error corrupt(std::string_view why) {
  return {ErrorCode::corrupt, std::string(why)};
}
Error unsupported(std::string_view why) {
  return {ErrorCode::unsupported, std::string(why)};
}

}  // namespace

TorchTensorReader::TorchTensorReader(std::size_t file_bytes, TorchStorages* storages, const Pickle* pickle)
    : storages_(*storages), pickle_(*pickle), copy_budget_(file_bytes * kLargestCopyRatio + kAlwaysAllowed) {}

std::string TorchTensorReader::describe(PickleId id) const {
  const PickleNode* node = &pickle_[id];
  if (node->kind == Kind::persistent) return "a reference to outside of the pickle";
  const char* what = "";
  for (int depth = 0; node->kind == Kind::object && depth < kMostWrappers; ++depth) {
    what = "an object of ";
    node = &pickle_[node->callable];
  }
  // ("module", class, source file, source)
  if (node->kind == Kind::persistent && pickle_[node->arguments].items.size() > 1)
    node = &pickle_[pickle_[node->arguments].items[1]];
  if (node->kind != Kind::global) return "an unknown value";
  return what + printable(node->text) + "." + printable(node->name);
}

Error TorchTensorReader::not_as_expected(PickleId id, const char* expected) const {
  const Kind kind = pickle_[id].kind;
  if (kind == Kind::object || kind == Kind::global || kind == Kind::persistent)
    return unsupported(std::string("instead of ") + expected + " there is " + describe(id) +
                       ", which is not read");
  return corrupt(std::string("there is no ") + expected + " where one belongs");
}

bool TorchTensorReader::is_tensor(PickleId id) const {
  const PickleNode& node = pickle_[id];
  if (node.kind != Kind::object) return false;
  const PickleNode& callable = pickle_[node.callable];
  return callable.kind == Kind::global &&
         (callable.text == "torch._utils" || callable.text == "torch._tensor") &&
         callable.name.starts_with("_rebuild_");
}

Result<TorchTensorReader::Call> TorchTensorReader::unwrap(PickleId id) const {
  for (int depth = 0; depth < kMostWrappers; ++depth) {
    if (!is_tensor(id)) return not_as_expected(id, "tensor");
    const PickleNode& callable = pickle_[pickle_[id].callable];
    const PickleId arguments = pickle_[id].arguments;
    const auto& items = pickle_[arguments].items;
    if (callable.name == "_rebuild_parameter" || callable.name == "_rebuild_parameter_with_state") {
      if (items.empty()) return corrupt("a parameter without a tensor");
      id = items[0];
    } else if (callable.name == "_rebuild_from_type_v2") {
      // (function, type, arguments, state)
      if (items.size() < 3 || pickle_[items[0]].kind != Kind::global || pickle_[items[2]].kind != Kind::tuple)
        return corrupt("a tensor of a derived type is incomplete");
      return Call{pickle_[items[0]].name, items[2]};
    } else {
      return Call{callable.name, arguments};
    }
  }
  return corrupt("the tensor is wrapped too deeply");
}

Result<std::int64_t> TorchTensorReader::read_integer(PickleId id) const {
  if (pickle_[id].kind != Kind::integer) return not_as_expected(id, "integer");
  return pickle_[id].integer;
}

Result<std::vector<std::int64_t>> TorchTensorReader::read_integers(PickleId id) const {
  const PickleNode& outer = pickle_[id];
  if (outer.kind == Kind::object && pickle_.is_global(outer.callable, "torch", "Size") &&
      pickle_[outer.arguments].items.size() == 1)
    id = pickle_[outer.arguments].items[0];
  const PickleNode& node = pickle_[id];
  if (node.kind != Kind::tuple && node.kind != Kind::list) return not_as_expected(id, "tuple of integers");
  if (node.items.size() > kHighestRank) return corrupt(std::to_string(node.items.size()) + " dimensions");
  std::vector<std::int64_t> values;
  for (const PickleId item : node.items) {
    BITPLACE_ASSIGN(value, read_integer(item));
    if (value < 0) return corrupt("a negative size or stride");
    values.push_back(value);
  }
  return values;
}

Result<TorchTensorReader::Layout> TorchTensorReader::read_layout(PickleId arguments) const {
  // (storage, offset, size, stride, ...)
  const auto& items = pickle_[arguments].items;
  if (items.size() < 4) return corrupt("its description is incomplete");
  Layout layout;
  layout.storage = items[0];
  BITPLACE_ASSIGN(offset, read_integer(items[1]));
  if (offset < 0) return corrupt("a negative offset");
  layout.offset = offset;
  BITPLACE_ASSIGN(shape, read_integers(items[2]));
  BITPLACE_ASSIGN(strides, read_integers(items[3]));
  if (shape.size() != strides.size()) return corrupt("its sizes and strides differ in number");
  layout.shape = std::move(shape);
  layout.strides = std::move(strides);
  return layout;
}

Result<TorchTensorReader::Storage> TorchTensorReader::read_storage(PickleId id) const {
  if (pickle_[id].kind != Kind::persistent) return not_as_expected(id, "storage");
  // ("storage", type, key, location, number of elements)
  const PickleNode& description = pickle_[pickle_[id].arguments];
  if (description.kind != Kind::tuple || description.items.size() < 5 ||
      pickle_[description.items[0]].text != "storage")
    return corrupt("its storage is not described as a storage");
  const PickleNode& tag = pickle_[description.items[1]];
  const PickleNode& key = pickle_[description.items[2]];
  if (tag.kind != Kind::global) return not_as_expected(description.items[1], "storage type");
  if (key.kind != Kind::text || key.text.empty()) return corrupt("its storage has no key");
  BITPLACE_ASSIGN(elements, read_integer(description.items[4]));
  if (elements < 0) return corrupt("its storage has a negative size");
  const auto all = static_cast<std::uint64_t>(elements);
  Storage storage{CheckpointType::u8, false, false, all, std::string(key.text), 0, all};
  if (description.items.size() > 5) BITPLACE_TRY(read_view(description.items[5], &storage));
  if (tag.text == "torch.storage" && tag.name == "UntypedStorage") {
    storage.untyped = true;
    return storage;
  }
  const TorchType* type = torch_type_of_storage(tag.name);
  const bool known = tag.text == "torch" || tag.text == "torch.cuda";
  if (!known || type == nullptr || (!type->readable && !type->codes))
    return unsupported("its elements are of type " + printable(tag.text) + "." + printable(tag.name) +
                       ", which is not read");
  storage.type = type->type;
  storage.codes = type->codes;
  return storage;
}

// None, or (key of the view, offset, number of elements) in the storage.
Status TorchTensorReader::read_view(PickleId id, Storage* storage) const {
  const PickleNode& view = pickle_[id];
  if (view.kind == Kind::none) return {};
  if (view.kind != Kind::tuple || view.items.size() != 3)
    return corrupt("its view of a storage is malformed");
  BITPLACE_ASSIGN(offset, read_integer(view.items[1]));
  BITPLACE_ASSIGN(elements, read_integer(view.items[2]));
  storage->view_offset = static_cast<std::uint64_t>(offset);
  storage->view_elements = static_cast<std::uint64_t>(elements);
  if (offset < 0 || elements < 0 || storage->view_offset > storage->elements ||
      storage->view_elements > storage->elements - storage->view_offset)
    return corrupt("its view leaves the storage");
  return {};
}

Result<CheckpointType> TorchTensorReader::read_dtype(PickleId id) const {
  const PickleNode& node = pickle_[id];
  if (node.kind != Kind::global) return not_as_expected(id, "element type");
  const TorchType* type = node.text == "torch" ? torch_type_of_dtype(node.name) : nullptr;
  if (type != nullptr && type->readable) return type->type;
  return unsupported("its elements are of type " + describe(id) + ", which is not read");
}

// The part that a view means, checked against what the pickle says about the whole.
Result<ByteSpan> TorchTensorReader::load(const Storage& storage) {
  BITPLACE_ASSIGN(bytes, storages_.load(storage.key));
  const std::uint64_t unit = storage.untyped ? 1 : checkpoint_type_bytes(storage.type);
  if (bytes.size() % unit != 0 || bytes.size() / unit != storage.elements)
    return corrupt("its storage holds " + std::to_string(bytes.size()) + " bytes, not " +
                   std::to_string(storage.elements) + " elements of " + std::to_string(unit));
  return bytes.subspan(storage.view_offset * unit, storage.view_elements * unit);
}

Status TorchTensorReader::check_bounds(const Layout& layout, std::uint64_t storage_elements,
                                       std::uint64_t* elements) const {
  std::uint64_t last = static_cast<std::uint64_t>(layout.offset);
  *elements = 1;
  bool empty = false;
  for (std::size_t i = 0; i < layout.shape.size(); ++i) {
    const auto size = static_cast<std::uint64_t>(layout.shape[i]);
    const auto stride = static_cast<std::uint64_t>(layout.strides[i]);
    std::uint64_t reach = 0;
    empty = empty || size == 0;
    if (empty) continue;
    if (!checked_multiply(*elements, size, elements) || !checked_multiply(size - 1, stride, &reach) ||
        !checked_add(last, reach, &last))
      return corrupt("its sizes or strides overflow");
  }
  if (empty) {
    *elements = 0;
    return {};
  }
  if (last >= storage_elements)
    return corrupt("it reaches to element " + std::to_string(last) + " of a storage of " +
                   std::to_string(storage_elements));
  return {};
}

Status TorchTensorReader::spend(std::uint64_t elements, std::uint64_t width, std::uint64_t* bytes) {
  if (!checked_multiply(elements, width, bytes) || *bytes > copy_budget_)
    return corrupt("the tensors are far larger than the file (a storage repeats or is shared too often)");
  copy_budget_ -= *bytes;
  return {};
}

Result<CheckpointTensor> TorchTensorReader::gather(const Layout& layout, const Storage& storage,
                                                   CheckpointType type, const std::string& name) {
  CheckpointTensor tensor{name, type, layout.shape, {}};
  BITPLACE_ASSIGN(bytes, load(storage));
  const std::size_t width = checkpoint_type_bytes(type);
  std::uint64_t elements = 0, size = 0;
  BITPLACE_TRY(check_bounds(layout, bytes.size() / width, &elements));
  BITPLACE_TRY(spend(elements, width, &size));
  if (size == 0) return tensor;
  tensor.data.resize(size);
  gather_elements(bytes.data() + static_cast<std::size_t>(layout.offset) * width, width, layout.shape,
                  layout.strides, &tensor.data);
  if (storages_.big_endian()) swap_bytes(&tensor.data, width);
  return tensor;
}

Result<CheckpointTensor> TorchTensorReader::rebuild(const Call& call, const std::string& name) {
  if (call.function == "_rebuild_qtensor") return rebuild_quantized(call, name);
  const bool has_dtype = call.function == "_rebuild_tensor_v3";
  if (!has_dtype && call.function != "_rebuild_tensor_v2" && call.function != "_rebuild_tensor")
    return unsupported("tensors made by " + printable(call.function) + " (sparse, nested, ...) are not read");
  BITPLACE_ASSIGN(layout, read_layout(call.arguments));
  BITPLACE_ASSIGN(storage, read_storage(layout.storage));
  if (storage.codes) return unsupported("it holds codes without a scale");
  // (storage, offset, size, stride, requires_grad, hooks, [dtype,] [metadata])
  const auto& items = pickle_[call.arguments].items;
  const std::size_t metadata = has_dtype ? 7 : 6;
  if (items.size() > metadata && !pickle_[items[metadata]].items.empty())
    return unsupported("a tensor with pending operations (negation, conjugation) is not read");
  CheckpointType type = storage.type;
  if (has_dtype) {
    if (items.size() < 7) return corrupt("its description is incomplete");
    BITPLACE_ASSIGN(stated, read_dtype(items[6]));
    type = stated;
  } else if (storage.untyped) {
    return corrupt("its storage has no element type");
  }
  return gather(layout, storage, type, name);
}

Result<CheckpointTensor> TorchTensorReader::read(PickleId id, const std::string& name) {
  BITPLACE_ASSIGN(call, unwrap(id));
  return rebuild(call, name);
}

}  // namespace bitplace
