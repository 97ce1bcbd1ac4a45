#include "checkpoint/state_walker.h"

#include <algorithm>
#include <span>
#include <utility>

#include "checkpoint/printable.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Kind = PickleNode::Kind;

constexpr int kDeepestNesting = 256;
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kMostSettings = 64;
constexpr std::size_t kLongestSetting = std::size_t{1} << 16;

// Where training checkpoints keep the weights, most specific first.
constexpr std::string_view kStateKeys[] = {"state_dict", "model_state_dict", "model_state", "model",
                                           "net",        "network",          "module",      "teacher",
                                           "student",    "params",           "weights"};
constexpr std::size_t kStateDictKeys = 3;  // the first ones, which are no names of modules
// What else they hold that consists of tensors or of objects, never of weights.
constexpr std::string_view kTrainingKeys[] = {"optimizer",
                                              "optimizer_state_dict",
                                              "optimizer_states",
                                              "optimizer_state",
                                              "optimizers",
                                              "optim",
                                              "scheduler",
                                              "lr_scheduler",
                                              "lr_schedulers",
                                              "scheduler_state_dict",
                                              "grad_scaler",
                                              "scaler",
                                              "amp",
                                              "callbacks",
                                              "loops",
                                              "hparams",
                                              "hyper_parameters",
                                              "config",
                                              "args",
                                              "epoch",
                                              "rng_state",
                                              "cuda_rng_state"};

}  // namespace

Error StateWalker::corrupt(const std::string& name, std::string_view why) const {
  return make_error(ErrorCode::corrupt, file_, "\"" + name + "\"", why);
}

Status StateWalker::spend(std::size_t values) {
  if (values > visits_left_)
    return make_error(ErrorCode::corrupt, file_, "contents", "its values contain each other too often");
  visits_left_ -= values;
  return {};
}

bool StateWalker::read_pairs(PickleId id, Pairs* pairs) const {
  const PickleNode& node = pickle_[id];
  const bool ordered =
      node.kind == Kind::object && pickle_.is_global(node.callable, "collections", "OrderedDict");
  // An object of another class that keys were set on is a dictionary in all that matters.
  if (node.kind != Kind::dict && !ordered && (node.kind != Kind::object || node.items.empty())) return false;
  pairs->clear();
  if (ordered && !pickle_[node.arguments].items.empty()) {
    // Python 2 writes OrderedDict([[key, value], ...]).
    for (const PickleId item : pickle_[pickle_[node.arguments].items[0]].items) {
      if (pickle_[item].items.size() == 2)
        pairs->emplace_back(pickle_[item].items[0], pickle_[item].items[1]);
    }
  }
  for (std::size_t i = 0; i + 1 < node.items.size(); i += 2)
    pairs->emplace_back(node.items[i], node.items[i + 1]);
  return true;
}

PickleId StateWalker::find(const Pairs& pairs, std::string_view key) const {
  for (const auto& [name, value] : pairs) {
    if (pickle_[name].kind == Kind::text && pickle_[name].text == key) return value;
  }
  return kNoPickle;
}

// Typed containers of TorchScript are calls with the container as the first argument.
PickleId StateWalker::unwrap_torchscript(PickleId id) const {
  for (int depth = 0; depth < 8; ++depth) {
    const PickleNode& node = pickle_[id];
    if (node.kind != Kind::object || pickle_[node.callable].kind != Kind::global ||
        pickle_[node.callable].text != "torch.jit._pickle" || pickle_[node.arguments].items.empty())
      break;
    id = pickle_[node.arguments].items[0];
  }
  return id;
}

bool StateWalker::may_hold_tensors(PickleId id) const {
  Pairs pairs;
  if (!read_pairs(id, &pairs)) return pickle_[id].kind == Kind::object && pickle_[id].state != kNoPickle;
  return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
    const Kind kind = pickle_[pair.second].kind;
    return kind == Kind::object || kind == Kind::dict;
  });
}

PickleId StateWalker::find_inside(PickleId id, std::size_t keys) const {
  Pairs pairs;
  if (!read_pairs(id, &pairs)) return id;
  for (const std::string_view key : std::span(kStateKeys).first(keys)) {
    const PickleId value = find(pairs, key);
    if (value != kNoPickle && !tensors_.is_tensor(value) && may_hold_tensors(value)) return value;
  }
  return id;
}

// What such a key names may have a state_dict inside once more.
PickleId StateWalker::find_state() const {
  const PickleId state = find_inside(pickle_.root, std::size(kStateKeys));
  return state == pickle_.root ? state : find_inside(state, kStateDictKeys);
}

// The root's first keys, for a message.
std::string StateWalker::outline() const {
  Pairs pairs;
  if (!read_pairs(pickle_.root, &pairs)) return "the root is " + tensors_.describe(pickle_.root);
  std::string text = "its keys are";
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 8) return text + " ...";
    text += " \"" + printable(pickle_[pairs[i].first].text) + "\"";
  }
  return pairs.empty() ? "it is empty" : text;
}

Status StateWalker::visit_tensor(PickleId id, const std::string& name) {
  Result<CheckpointTensor> tensor = tensors_.read(id, name);
  if (!tensor.ok() && tensor.error().code() != ErrorCode::unsupported)
    return make_error(tensor.error().code(), file_, "tensor \"" + name + "\"", tensor.error().message());
  if (!names_.insert(name).second) return corrupt(name, "the name occurs twice");
  if (tensor.ok()) {
    found_.tensors.push_back(*std::move(tensor));
  } else {
    found_.unreadable.push_back({name, tensor.error().message()});
  }
  return {};
}

Status StateWalker::visit_pairs(const Pairs& pairs, const std::string& prefix, int depth,
                                const std::unordered_set<std::string_view>& except) {
  BITPLACE_TRY(spend(pairs.size()));
  for (const auto& [key_id, value] : pairs) {
    const PickleNode& key = pickle_[key_id];
    if (key.kind != Kind::text && key.kind != Kind::integer) continue;
    if (except.contains(key.text)) continue;
    const std::string own = key.kind == Kind::text ? std::string(key.text) : std::to_string(key.integer);
    if (!is_printable(own) || prefix.size() + own.size() > kLongestName)
      return corrupt(prefix + printable(own), "a name is too long or not printable ASCII");
    BITPLACE_TRY(visit(value, prefix + own, depth));
  }
  return {};
}

Status StateWalker::visit_list(PickleId id, const std::string& prefix, int depth) {
  const auto& items = pickle_[id].items;
  BITPLACE_TRY(spend(items.size()));
  for (std::size_t i = 0; i < items.size(); ++i)
    BITPLACE_TRY(visit(items[i], prefix + std::to_string(i), depth));
  return {};
}

std::unordered_set<std::string_view> StateWalker::read_names(PickleId id) const {
  std::unordered_set<std::string_view> names;
  if (id == kNoPickle) return names;
  const PickleNode* node = &pickle_[id];
  // Protocol 2 writes set([...]).
  if (node->kind == Kind::object && !pickle_[node->arguments].items.empty())
    node = &pickle_[pickle_[node->arguments].items[0]];
  for (const PickleId item : node->items)
    names.insert(pickle_[item].text);
  return names;
}

// A pickled torch.nn.Module: the names and the order of its state_dict().
Status StateWalker::visit_module(const Pairs& state, const std::string& prefix, int depth) {
  Pairs pairs;
  for (const std::string_view group : {"_parameters", "_buffers", "_modules"}) {
    const PickleId members = find(state, group);
    if (members == kNoPickle || !read_pairs(members, &pairs)) continue;
    const PickleId hidden = group == "_buffers" ? find(state, "_non_persistent_buffers_set") : kNoPickle;
    const auto except = read_names(hidden);
    BITPLACE_TRY(spend(except.size()));
    BITPLACE_TRY(visit_pairs(pairs, prefix, depth, except));
  }
  return {};
}

Status StateWalker::visit_object(PickleId id, const std::string& prefix, int depth) {
  const PickleNode& node = pickle_[id];
  Pairs state;
  if (node.kind == Kind::object && node.state != kNoPickle && read_pairs(node.state, &state)) {
    BITPLACE_TRY(spend(state.size()));
    if (find(state, "_modules") != kNoPickle || find(state, "_parameters") != kNoPickle)
      return visit_module(state, prefix, depth);
    const PickleNode& callable = pickle_[node.callable];
    if (callable.kind == Kind::global && callable.text.starts_with("__torch__"))
      return visit_pairs(state, prefix, depth);
  }
  const std::string name = prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
  if (!names_.insert(name).second) return corrupt(name, "the name occurs twice");
  found_.unreadable.push_back({name, "it is " + tensors_.describe(id) + ", which is not read"});
  return {};
}

Status StateWalker::visit(PickleId id, const std::string& name, int depth) {
  if (depth > kDeepestNesting) return corrupt(printable(name), "it is nested too deeply or contains itself");
  BITPLACE_TRY(spend(1));
  id = unwrap_torchscript(id);
  if (tensors_.is_tensor(id)) return visit_tensor(id, name.empty() ? "0" : name);
  const bool inside = !name.empty() && depth > 0;
  const std::string prefix = inside ? name + "." : name;
  Pairs pairs;
  if (read_pairs(id, &pairs)) return visit_pairs(pairs, prefix, depth + 1);
  switch (pickle_[id].kind) {
    case Kind::tuple:
    case Kind::list:
      return visit_list(id, prefix, depth + 1);
    case Kind::object:
    case Kind::global:
    case Kind::persistent:
      return visit_object(id, prefix, depth + 1);
    default:
      return {};  // numbers and text beside the tensors
  }
}

// A root that names no part as its state is the state, but for what belongs to the training.
Status StateWalker::visit_root(const std::string& prefix) {
  const PickleId state = find_state();
  Pairs pairs;
  if (state != pickle_.root || !read_pairs(state, &pairs)) return visit(state, prefix, 0);
  std::unordered_set<std::string_view> except;
  for (const std::string_view key : kTrainingKeys) {
    const PickleId value = find(pairs, key);
    if (value != kNoPickle && !tensors_.is_tensor(value)) except.insert(key);
  }
  return visit_pairs(pairs, prefix, 1, except);
}

Result<TensorCheckpoint> StateWalker::walk(const std::string& prefix) {
  BITPLACE_TRY(visit_root(prefix));
  return std::move(found_);
}

std::vector<std::pair<std::string, std::string>> StateWalker::read_settings() const {
  std::vector<std::pair<std::string, std::string>> settings;
  const PickleNode& root = pickle_[pickle_.root];
  Pairs pairs;
  if (root.kind != Kind::object || root.state == kNoPickle || !read_pairs(root.state, &pairs))
    return settings;
  for (const auto& [key_id, value_id] : pairs) {
    const PickleNode& key = pickle_[key_id];
    const PickleNode& value = pickle_[value_id];
    if (settings.size() == kMostSettings) break;
    if (key.kind != Kind::text || value.kind != Kind::text || value.text.size() > kLongestSetting) continue;
    if (key.text.empty() || key.text.size() > kLongestName || !is_printable(std::string(key.text))) continue;
    settings.emplace_back(key.text, value.text);
  }
  return settings;
}

Error StateWalker::nothing_found(const TensorCheckpoint& contents) const {
  if (contents.unreadable.empty())
    return make_error(ErrorCode::unsupported, file_, "contents", "it has no tensors; " + outline());
  const UnreadableTensor& first = contents.unreadable[0];
  return make_error(ErrorCode::unsupported, file_, "tensor \"" + first.name + "\"", first.reason);
}

}  // namespace bitplace
