#include "checkpoint/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "checkpoint/printable.h"
#include "core/error.h"

namespace bitplace {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestHeader = 100'000'000;  // the format's own limit
constexpr int kDeepestHeader = 3;                      // the object, a tensor, its array
constexpr std::size_t kHighestRank = 16;
constexpr std::size_t kLongestName = 4096;

struct NamedType {
  std::string_view name;
  CheckpointType type;
};
constexpr NamedType kTypes[] = {{"F64", CheckpointType::f64}, {"F32", CheckpointType::f32},
                                {"F16", CheckpointType::f16}, {"BF16", CheckpointType::bf16},
                                {"I64", CheckpointType::s64}, {"I32", CheckpointType::s32},
                                {"I16", CheckpointType::s16}, {"I8", CheckpointType::s8},
                                {"U8", CheckpointType::u8},   {"BOOL", CheckpointType::boolean}};
// In bits, so that the extent of types that are not read is checked too.
struct OtherType {
  std::string_view name;
  std::uint64_t bits;
};
constexpr OtherType kOtherTypes[] = {{"U64", 64},    {"U32", 32},    {"U16", 16},        {"C64", 64},
                                     {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
                                     {"F8_E8M0", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"F4", 4}};

struct Entry {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

class SafetensorsReader {
 public:
  SafetensorsReader(const std::string& file, ByteSpan bytes) : file_(file), bytes_(bytes) {}
  Result<TensorCheckpoint> read();

 private:
  Result<Json> parse_header();
  Result<Entry> parse_entry(const std::string& name, const Json& json) const;
  Status check_layout(const std::vector<Entry>& entries) const;
  Status add(Entry* entry, TensorCheckpoint* to) const;
  Error corrupt(const std::string& where, std::string_view why) const {
    return make_error(ErrorCode::corrupt, file_, where, why);
  }

  const std::string& file_;
  ByteSpan bytes_;
  ByteSpan data_;
};

std::string place(const std::string& name) {
  return "tensor \"" + printable(name) + "\"";
}

// The JSON library keeps the last of duplicate keys and recurses as deep as the text does: both are found
// while parsing.
Result<Json> SafetensorsReader::parse_header() {
  ByteReader reader(bytes_);
  std::uint64_t length = 0;
  ByteSpan text;
  if (!reader.read(&length) || length > kLargestHeader || !reader.read_bytes(length, &text))
    return corrupt("header", "its length points behind the end of the file");
  data_ = bytes_.subspan(reader.position());
  const char* defect = nullptr;
  std::vector<std::unordered_set<std::string>> keys;
  const auto inspect = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.empty() &&
        !keys.back().insert(value.get<std::string>()).second)
      defect = "a key occurs twice";
    if (depth >= kDeepestHeader && event != Json::parse_event_t::value) defect = "it is nested too deeply";
    return defect == nullptr;
  };
  const auto* first = reinterpret_cast<const char*>(text.data());
  Json json = Json::parse(first, first + text.size(), inspect, false);
  if (defect != nullptr) return corrupt("header", defect);
  if (!json.is_object()) return corrupt("header", "it is not a JSON object");
  return json;
}

Result<Entry> SafetensorsReader::parse_entry(const std::string& name, const Json& json) const {
  const auto refuse = [&](const char* why) { return corrupt(place(name), why); };
  if (!is_printable(name) || name.size() > kLongestName)
    return refuse("its name is too long or not printable ASCII");
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets"))
    return refuse("it needs dtype, shape and data_offsets");
  const Json& dtype = json.at("dtype");
  const Json& shape = json.at("shape");
  const Json& offsets = json.at("data_offsets");
  if (!dtype.is_string() || !shape.is_array() || !offsets.is_array() || offsets.size() != 2 ||
      shape.size() > kHighestRank)
    return refuse("dtype, shape or data_offsets is malformed");
  const auto is_count = [](const Json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX;
  };
  if (!std::all_of(shape.begin(), shape.end(), is_count) ||
      !std::all_of(offsets.begin(), offsets.end(), is_count))
    return refuse("shape and data_offsets must be integers, not negative");
  return Entry{name, dtype.get<std::string>(), shape.get<std::vector<std::int64_t>>(),
               offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
}

// In the order of their offsets the tensors follow each other without gaps or overlaps, to the end of the
// file.
Status SafetensorsReader::check_layout(const std::vector<Entry>& entries) const {
  std::uint64_t position = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != position || entry.end < entry.begin || entry.end > data_.size())
      return corrupt(place(entry.name), "its data_offsets leave a gap, overlap or point behind the end");
    position = entry.end;
  }
  if (position != data_.size()) return corrupt("data", "bytes follow the last tensor");
  return {};
}

Status SafetensorsReader::add(Entry* entry, TensorCheckpoint* to) const {
  const std::string where = place(entry->name);
  const auto* known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const NamedType& type) { return type.name == entry->dtype; });
  const auto* other = std::find_if(std::begin(kOtherTypes), std::end(kOtherTypes),
                                   [&](const OtherType& type) { return type.name == entry->dtype; });
  const bool readable = known != std::end(kTypes);
  if (!readable && other == std::end(kOtherTypes))
    return corrupt(where, "its dtype " + printable(entry->dtype) + " does not exist");
  std::uint64_t bits = readable ? 8 * checkpoint_type_bytes(known->type) : other->bits;
  for (const std::int64_t size : entry->shape) {
    if (!checked_multiply(bits, static_cast<std::uint64_t>(size), &bits))
      return corrupt(where, "its size overflows");
  }
  const std::uint64_t bytes = entry->end - entry->begin;
  if (bits % 8 != 0 || bits / 8 != bytes)
    return corrupt(where, std::to_string(bytes) + " bytes do not match its shape and dtype");
  if (!readable) {
    to->unreadable.push_back({entry->name, "its dtype " + entry->dtype + " is not read"});
    return {};
  }
  const ByteSpan data = data_.subspan(entry->begin, bytes);
  to->tensors.push_back(
      {std::move(entry->name), known->type, std::move(entry->shape), {data.begin(), data.end()}});
  return {};
}

Result<TensorCheckpoint> SafetensorsReader::read() {
  BITPLACE_ASSIGN(header, parse_header());
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") continue;
    BITPLACE_ASSIGN(entry, parse_entry(name, json));
    entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  BITPLACE_TRY(check_layout(entries));
  TensorCheckpoint checkpoint;
  for (Entry& entry : entries)
    BITPLACE_TRY(add(&entry, &checkpoint));
  if (checkpoint.tensors.empty())
    return make_error(ErrorCode::unsupported, file_, "header", "there is no tensor of a dtype that is read");
  return checkpoint;
}

}  // namespace

bool looks_like_safetensors(ByteSpan bytes) {
  ByteReader reader(bytes);
  std::uint64_t length = 0;
  char brace = 0;
  return reader.read(&length) && reader.read(&brace) && brace == '{' && length <= kLargestHeader;
}

Result<TensorCheckpoint> read_safetensors(const std::string& file, ByteSpan bytes) {
  return SafetensorsReader(file, bytes).read();
}

}  // namespace bitplace
