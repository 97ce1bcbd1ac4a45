#include "checkpoint/tflite.h"

#include <algorithm>
#include <cmath>

#include "checkpoint/printable.h"
#include "checkpoint/tflite_options.h"
#include "core/error.h"
#include "tflite_generated.h"

namespace bitplace {
namespace {

constexpr std::size_t kLargestFlatBuffer = 0x7fffffff - 1;
constexpr flatbuffers::uoffset_t kDeepestTable = 32;
constexpr flatbuffers::uoffset_t kMostTables = 1'000'000;
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kHighestRank = 8;
constexpr std::uint32_t kVersion = 3;

struct TypeName {
  tflite::TensorType from;
  CheckpointType to;
};
constexpr TypeName kTypes[] = {
    {tflite::TensorType::FLOAT32, CheckpointType::f32}, {tflite::TensorType::FLOAT16, CheckpointType::f16},
    {tflite::TensorType::FLOAT64, CheckpointType::f64}, {tflite::TensorType::INT64, CheckpointType::s64},
    {tflite::TensorType::INT32, CheckpointType::s32},   {tflite::TensorType::INT16, CheckpointType::s16},
    {tflite::TensorType::INT8, CheckpointType::s8},     {tflite::TensorType::UINT8, CheckpointType::u8},
    {tflite::TensorType::BOOL, CheckpointType::boolean}};

bool is_real(CheckpointType type) {
  return type == CheckpointType::f64 || type == CheckpointType::f32 || type == CheckpointType::f16 ||
         type == CheckpointType::bf16;
}

std::string numbered(const char* what, std::size_t index) {
  return what + (' ' + std::to_string(index));
}

class TfliteReader {
 public:
  TfliteReader(const std::string& name, ByteSpan bytes)
      // Parts of a FlatBuffer may be shared, so that what is copied can be larger than the file, but not
      // without bound.
      : name_(name), bytes_(bytes), copy_budget_(8 * bytes.size() + 4096) {}

  Result<TfliteModel> read();

 private:
  Status read_tensor(const tflite::Tensor* from, TfliteTensor* to);
  Status read_type_and_shape(const tflite::Tensor& from, const std::string& where, TfliteTensor* to);
  Status read_data(const tflite::Tensor& from, const std::string& where, TfliteTensor* to);
  Status read_quantization(const tflite::Tensor& from, const std::string& where, TfliteTensor* to);
  Status read_operator(const tflite::Operator* from, TfliteOperator* to);
  Status read_operator_code(std::uint32_t index, const std::string& where, TfliteOperator* to, bool* custom);
  Status read_indices(const flatbuffers::Vector<std::int32_t>* from, std::int32_t lowest,
                      const std::string& where, std::vector<std::int32_t>* to);

  Error error(ErrorCode code, std::string_view where, std::string_view why) const {
    return make_error(code, name_, where, why);
  }
  Error corrupt(std::string_view where, std::string_view why) const {
    return error(ErrorCode::corrupt, where, why);
  }
  bool spend(std::size_t bytes) {
    if (bytes > copy_budget_) return false;
    copy_budget_ -= bytes;
    return true;
  }

  const std::string& name_;
  ByteSpan bytes_;
  std::size_t copy_budget_;
  const tflite::Model* model_ = nullptr;
  TfliteModel result_;
};

Status TfliteReader::read_type_and_shape(const tflite::Tensor& from, const std::string& where,
                                         TfliteTensor* to) {
  if (from.sparsity() != nullptr)
    return error(ErrorCode::unsupported, where, "sparse tensors are not supported");
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const TypeName& entry) { return entry.from == from.type(); });
  if (type == std::end(kTypes)) {
    const char* name = tflite::EnumNameTensorType(from.type());
    return error(ErrorCode::unsupported, where,
                 "the element type " + (*name != 0 ? name : std::to_string(static_cast<int>(from.type()))) +
                     " is not supported");
  }
  to->type = type->to;
  if (from.shape() == nullptr) return {};
  if (from.shape()->size() > kHighestRank)
    return corrupt(where, std::to_string(from.shape()->size()) + " dimensions");
  for (const std::int32_t size : *from.shape()) {
    if (size < 0) return corrupt(where, "a dimension of " + std::to_string(size));
    to->shape.push_back(size);
  }
  return {};
}

Status TfliteReader::read_data(const tflite::Tensor& from, const std::string& where, TfliteTensor* to) {
  const auto* buffers = model_->buffers();
  if (buffers == nullptr || from.buffer() >= buffers->size())
    return corrupt(where, "its buffer " + std::to_string(from.buffer()) + " does not exist");
  const tflite::Buffer* buffer = buffers->Get(from.buffer());
  if (buffer->offset() > 1)
    return error(ErrorCode::unsupported, where, "its data lie outside of the FlatBuffer (file beyond 2 GiB)");
  const auto* data = buffer->data();
  if (data == nullptr || data->size() == 0) return {};
  std::uint64_t expected = checkpoint_type_bytes(to->type);
  for (const std::int64_t size : to->shape) {
    if (!checked_multiply(expected, static_cast<std::uint64_t>(size), &expected))
      return corrupt(where, "its size overflows");
  }
  if (data->size() != expected)
    return corrupt(where, std::to_string(data->size()) + " bytes of data, its shape and type need " +
                              std::to_string(expected));
  if (!spend(data->size())) return corrupt(where, "its data are shared by too many tensors");
  const auto* first = reinterpret_cast<const std::byte*>(data->data());
  to->data.assign(first, first + data->size());
  return {};
}

Status TfliteReader::read_quantization(const tflite::Tensor& from, const std::string& where,
                                       TfliteTensor* to) {
  const tflite::QuantizationParameters* quantization = from.quantization();
  if (quantization == nullptr || quantization->scale() == nullptr || quantization->scale()->size() == 0)
    return {};
  // What is stored as a real number is that number; converters leave scales beside it.
  if (is_real(to->type)) return {};
  const auto* scale = quantization->scale();
  const auto* zero_point = quantization->zero_point();
  const std::int32_t dimension = quantization->quantized_dimension();
  if (scale->size() > 1) {
    if (dimension < 0 || static_cast<std::size_t>(dimension) >= to->shape.size() ||
        to->shape[static_cast<std::size_t>(dimension)] != scale->size())
      return corrupt(where, std::to_string(scale->size()) + " scales along dimension " +
                                std::to_string(dimension) + " do not match its shape");
  }
  if (zero_point != nullptr && zero_point->size() != 0 && zero_point->size() != scale->size())
    return corrupt(where, std::to_string(scale->size()) + " scales but " +
                              std::to_string(zero_point->size()) + " zero points");
  if (!spend(scale->size() * (sizeof(float) + sizeof(std::int64_t))))
    return corrupt(where, "its scales are shared by too many tensors");
  for (const float value : *scale) {
    if (!std::isfinite(value)) return corrupt(where, "a scale is not finite");
    to->scale.push_back(value);
  }
  to->zero_point.assign(scale->size(), 0);
  // The format does not align 64-bit elements, which rules out reading them in place.
  if (zero_point != nullptr && zero_point->size() != 0)
    std::memcpy(to->zero_point.data(), zero_point->Data(), zero_point->size() * sizeof(std::int64_t));
  to->quantized_dimension = dimension;
  return {};
}

Status TfliteReader::read_tensor(const tflite::Tensor* from, TfliteTensor* to) {
  std::string where = numbered("tensor", result_.tensors.size());
  if (!spend(sizeof(TfliteTensor))) return corrupt(where, "there are more tensors than the file can hold");
  if (from->name() != nullptr) {
    if (from->name()->size() > kLongestName || !spend(from->name()->size()))
      return corrupt(where, "its name is too long");
    to->name = printable(from->name()->string_view());
    where += " \"" + to->name + "\"";
  }
  BITPLACE_TRY(read_type_and_shape(*from, where, to));
  BITPLACE_TRY(read_data(*from, where, to));
  return read_quantization(*from, where, to);
}

Status TfliteReader::read_indices(const flatbuffers::Vector<std::int32_t>* from, std::int32_t lowest,
                                  const std::string& where, std::vector<std::int32_t>* to) {
  if (from == nullptr) return {};
  if (!spend(from->size() * sizeof(std::int32_t)))
    return corrupt(where, "its indices are shared by too many operators");
  for (const std::int32_t index : *from) {
    if (index < lowest || index >= static_cast<std::int64_t>(result_.tensors.size()))
      return corrupt(where, "tensor " + std::to_string(index) + " does not exist");
    to->push_back(index);
  }
  return {};
}

Status TfliteReader::read_operator_code(std::uint32_t index, const std::string& where, TfliteOperator* to,
                                        bool* custom) {
  const auto* codes = model_->operator_codes();
  if (codes == nullptr || index >= codes->size())
    return corrupt(where, "its operator code " + std::to_string(index) + " does not exist");
  const tflite::OperatorCode* code = codes->Get(index);
  // Older writers fill only the first of the two fields.
  const std::int32_t builtin = std::max<std::int32_t>(code->deprecated_builtin_code(),
                                                      static_cast<std::int32_t>(code->builtin_code()));
  *custom = builtin == static_cast<std::int32_t>(tflite::BuiltinOperator::CUSTOM);
  if (*custom) {
    if (code->custom_code() == nullptr || code->custom_code()->size() > kLongestName ||
        !spend(code->custom_code()->size()))
      return corrupt(where, "a custom operator without a usable name");
    to->name = printable(code->custom_code()->string_view());
    return {};
  }
  const char* name = tflite::EnumNameBuiltinOperator(static_cast<tflite::BuiltinOperator>(builtin));
  to->name = *name != 0 ? name : "builtin operator " + std::to_string(builtin);
  return {};
}

Status TfliteReader::read_operator(const tflite::Operator* from, TfliteOperator* to) {
  std::string where = numbered("operator", result_.operators.size());
  if (!spend(sizeof(TfliteOperator)))
    return corrupt(where, "there are more operators than the file can hold");
  bool custom = false;
  BITPLACE_TRY(read_operator_code(from->opcode_index(), where, to, &custom));
  where += " (" + to->name + ")";
  BITPLACE_TRY(read_indices(from->inputs(), -1, where, &to->inputs));
  BITPLACE_TRY(read_indices(from->outputs(), 0, where, &to->outputs));
  if (!custom) {
    to->options = builtin_options(*from);
  } else if (from->custom_options() != nullptr && to->name.starts_with("Lce")) {
    const auto* options = from->custom_options();
    BITPLACE_ASSIGN(parsed, flexbuffer_options(std::as_bytes(std::span(options->data(), options->size())),
                                               name_ + ": " + where));
    to->options = std::move(parsed);
  }
  if (!spend(to->options.size() * sizeof(to->options[0])))
    return corrupt(where, "its options are shared by too many operators");
  return {};
}

Result<TfliteModel> TfliteReader::read() {
  if (bytes_.size() > kLargestFlatBuffer)
    return error(ErrorCode::unsupported, "FlatBuffer", "files beyond 2 GiB are not supported");
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes_.data());
  flatbuffers::Verifier verifier(data, bytes_.size(), kDeepestTable, kMostTables);
  if (!tflite::VerifyModelBuffer(verifier))
    return corrupt("FlatBuffer",
                   "its structure is damaged (an offset or a length points outside of the file)");
  model_ = tflite::GetModel(data);
  if (model_->version() != kVersion)
    return error(ErrorCode::unsupported, "version",
                 std::to_string(model_->version()) + ", only 3 is supported");
  if (model_->subgraphs() == nullptr || model_->subgraphs()->size() != 1)
    return error(ErrorCode::unsupported, "subgraphs", "only models with exactly one subgraph are supported");
  const tflite::SubGraph* graph = model_->subgraphs()->Get(0);
  if (graph->tensors() == nullptr || graph->operators() == nullptr)
    return corrupt("subgraph", "it has no tensors or no operators");
  for (const tflite::Tensor* from : *graph->tensors()) {
    TfliteTensor tensor;
    BITPLACE_TRY(read_tensor(from, &tensor));
    result_.tensors.push_back(std::move(tensor));
  }
  for (const tflite::Operator* from : *graph->operators()) {
    TfliteOperator op;
    BITPLACE_TRY(read_operator(from, &op));
    result_.operators.push_back(std::move(op));
  }
  BITPLACE_TRY(read_indices(graph->inputs(), 0, "inputs", &result_.inputs));
  BITPLACE_TRY(read_indices(graph->outputs(), 0, "outputs", &result_.outputs));
  return std::move(result_);
}

}  // namespace

Result<TfliteModel> read_tflite(const std::string& name, ByteSpan bytes) {
  return TfliteReader(name, bytes).read();
}

}  // namespace bitplace
