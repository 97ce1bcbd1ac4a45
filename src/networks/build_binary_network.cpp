#include "networks/build_binary_network.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/rewrite.h"
#include "networks/bits.h"
#include "networks/named_tensors.h"

namespace bitplace {
namespace {

constexpr std::array<std::array<const char*, 2>, 4> kBatchNormParts = {
    {{"mean", "running_mean"}, {"variance", "running_var"}, {"weight", "weight"}, {"bias", "bias"}}};

// Layers of the full networks behind the convolution stage.
bool is_behind_convolutions(const std::string& name) {
  constexpr const char* kLayers[] = {"pool5_bn.", "fc6.",    "fc7.",    "fc8.",    "fc6_bn.",
                                     "fc7_bn.",   "fc8_bn.", "bn_fc7.", "bn_fc8.", "out_bn."};
  return std::any_of(std::begin(kLayers), std::end(kLayers),
                     [&](const char* layer) { return name.starts_with(layer); });
}

class Builder {
 public:
  Builder(const BinaryNetwork& network, const TensorCheckpoint& checkpoint, double epsilon)
      : network_(network), tensors_(checkpoint), epsilon_(epsilon) {}

  Result<BuiltNetwork> build();

 private:
  Status check_names();
  Status append(Node node);
  Status add_convolution(const BinaryLayer& layer, bool first);
  Status add_batch_norm(const BinaryLayer& layer);
  Status add_layer(const BinaryLayer& layer, bool first);
  std::int64_t channels() const { return value_at(built_.graph, last_).shape[3]; }

  const BinaryNetwork& network_;
  NamedTensors tensors_;
  double epsilon_;
  BuiltNetwork built_;
  ValueId last_ = kNone;
};

Status Builder::check_names() {
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const std::string layer = network_.layers[i].name;
    tensors_.want(layer + ".weight");
    if (i == 0) continue;
    for (const auto& [role, part] : kBatchNormParts)
      tensors_.want(layer + "_bn." + part);
  }
  BITPLACE_TRY(tensors_.check_complete());
  std::vector<std::string> ignored, surplus;
  for (const std::string& name : tensors_.unwanted()) {
    if (name.ends_with("num_batches_tracked")) continue;
    (is_behind_convolutions(name) ? ignored : surplus).push_back(name);
  }
  if (!surplus.empty()) {
    return make_error(ErrorCode::mismatch, "parameters",
                      "no part of " + std::string(network_.name) + ": " + list_names(surplus));
  }
  if (!ignored.empty())
    built_.notes.push_back("ignored, behind the convolution stage: " + list_names(ignored));
  if (!tensors_.stripped_prefix().empty())
    built_.notes.push_back("names are read without their prefix '" + tensors_.stripped_prefix() + "'");
  return {};
}

Status Builder::append(Node node) {
  node.inputs = {last_};
  BITPLACE_ASSIGN(output, built_.graph.append(std::move(node)));
  last_ = output;
  return {};
}

Status Builder::add_convolution(const BinaryLayer& layer, bool first) {
  const std::int64_t inputs = channels(), kernel = layer.kernel;
  const std::string name = std::string(layer.name) + ".weight";
  BITPLACE_ASSIGN(latent, tensors_.floats(name, {layer.filters, inputs, kernel, kernel}));
  // From [out, in, row, column] to [out, row, column, in].
  const Shape shape(std::int64_t{layer.filters}, kernel, kernel, inputs);
  Tensor weight = pack_sign_rows(name, shape, [&](std::int64_t filter, std::int64_t k) {
    const std::int64_t input = k % inputs, tap = k / inputs;
    return latent[static_cast<std::size_t>((filter * inputs + input) * kernel * kernel + tap)] < 0.0f;
  });
  ConvolutionAttributes attributes;
  attributes.kernel_height = attributes.kernel_width = layer.kernel;
  attributes.stride_height = attributes.stride_width = layer.stride;
  if (!first) pad_same(&attributes, value_at(built_.graph, last_).shape, network_.padding);
  const TensorId tensor = built_.graph.add_tensor(std::move(weight));
  return append({layer.name, Op::convolution, {}, kNone, attributes, {{"weight", tensor}}});
}

Status Builder::add_batch_norm(const BinaryLayer& layer) {
  const std::string name = std::string(layer.name) + "_bn";
  Node node{name, Op::batch_norm, {}, kNone, BatchNormAttributes{epsilon_}, {}};
  for (const auto& [role, part] : kBatchNormParts) {
    const std::string full_name = name + "." + part;
    BITPLACE_ASSIGN(values, tensors_.floats(full_name, {channels()}));
    for (std::size_t c = 0; std::string_view(role) == "variance" && c < values.size(); ++c) {
      if (static_cast<double>(values[c]) < 0.0 || static_cast<double>(values[c]) + epsilon_ <= 0.0)
        return make_error(ErrorCode::corrupt, "tensor '" + full_name + "'",
                          "element " + std::to_string(c) + " is no variance");
    }
    node.parameters.push_back({role, built_.graph.add_tensor(make_tensor(full_name, values))});
  }
  return append(std::move(node));
}

Status Builder::add_layer(const BinaryLayer& layer, bool first) {
  const std::string name = layer.name;
  if (!first) {
    BITPLACE_TRY(add_batch_norm(layer));
    BITPLACE_TRY(append({name + "/sign", Op::sign, {}, kNone, NoAttributes{}, {}}));
  }
  BITPLACE_TRY(add_convolution(layer, first));
  if (!layer.pooled) return {};
  MaxPoolAttributes pool;
  pool.window_height = pool.window_width = pool.stride_height = pool.stride_width = 2;
  return append({"pool" + name.substr(4), Op::max_pool, {}, kNone, pool, {}});
}

Result<BuiltNetwork> Builder::build() {
  BITPLACE_TRY(check_names());
  Graph& graph = built_.graph;
  graph.input = last_ =
      graph.add_value("image", DataType::f32,
                      Shape(std::int64_t{1}, kBinaryNetworkInput, kBinaryNetworkInput, std::int64_t{3}));
  for (const BinaryLayer& layer : network_.layers)
    BITPLACE_TRY(add_layer(layer, &layer == network_.layers.data()));
  graph.features = graph.descriptor = last_;
  BITPLACE_TRY(validate_graph(graph));
  return std::move(built_);
}

}  // namespace

Result<BuiltNetwork> build_binary_network(const BinaryNetwork& network, const TensorCheckpoint& checkpoint,
                                          double epsilon) {
  return Builder(network, checkpoint, epsilon).build();
}

const BinaryNetwork* recognise_binary_network(const TensorCheckpoint& checkpoint) {
  const NamedTensors tensors(checkpoint);
  const std::string& prefix = tensors.stripped_prefix();
  if (!tensors.contains("conv1.weight") || !tensors.contains("conv5.weight")) return nullptr;
  if (tensors.contains("conv3.weight")) return find_binary_network("binarynet");
  for (const CheckpointTensor& tensor : checkpoint.tensors) {
    // FloppyNet's fully connected layers have 256 units, ShallowNet's 4096.
    if (tensor.name == prefix + "fc6.weight" && !tensor.shape.empty() && tensor.shape[0] == 4096)
      return find_binary_network("shallownet");
  }
  return find_binary_network("floppynet");
}

}  // namespace bitplace
