#include "format/attributes.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace bitplace {
namespace {

// The type of an attribute's value.
enum class FieldKind : std::uint8_t { s32 = 1, f32 = 2, f64 = 3, name = 4 };

using FieldValue = std::variant<std::int32_t, float, double, std::string>;

struct Field {
  std::string name;
  FieldValue value;
};

struct FieldCounter {
  std::uint32_t& count;

  template <typename T>
  void operator()(const char*, const T&) const {
    ++count;
  }
};

struct FieldWriter {
  ByteWriter& writer;

  void operator()(const char* name, std::int32_t value) const { number(name, FieldKind::s32, value); }
  void operator()(const char* name, float value) const { number(name, FieldKind::f32, value); }
  void operator()(const char* name, double value) const { number(name, FieldKind::f64, value); }
  void operator()(const char* name, PaddingValue value) const { text(name, padding_name(value)); }
  void operator()(const char* name, Epilogue value) const { text(name, epilogue_name(value)); }

  template <typename T>
  void number(const char* name, FieldKind kind, T value) const {
    writer.write_string(name);
    writer.write(kind);
    writer.write(value);
  }
  void text(const char* name, const char* value) const {
    writer.write_string(name);
    writer.write(FieldKind::name);
    writer.write_string(value);
  }
};

template <typename T>
Status read_value(SectionReader& reader, FieldValue* value) {
  T number{};
  BITPLACE_TRY(reader.number("an attribute", &number));
  *value = number;
  return {};
}

Status read_field(SectionReader& reader, Field* field) {
  BITPLACE_TRY(reader.name("an attribute's name", &field->name));
  std::uint8_t kind = 0;
  BITPLACE_TRY(reader.number("an attribute's type", &kind));
  switch (static_cast<FieldKind>(kind)) {
    case FieldKind::s32:
      return read_value<std::int32_t>(reader, &field->value);
    case FieldKind::f32:
      return read_value<float>(reader, &field->value);
    case FieldKind::f64:
      return read_value<double>(reader, &field->value);
    case FieldKind::name: {
      std::string text;
      BITPLACE_TRY(reader.name("an attribute's value", &text));
      field->value = std::move(text);
      return {};
    }
  }
  return reader.error("attribute '" + field->name + "' has unknown type code " + std::to_string(kind));
}

template <typename E>
std::optional<E> enumerator_from_name(const FieldValue& value, const char* (*name_of)(E), E last) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  for (int code = 0; code <= static_cast<int>(last); ++code) {
    if (*text == name_of(static_cast<E>(code))) return static_cast<E>(code);
  }
  return std::nullopt;
}

// Takes each attribute of a structure from the list that was read.
class FieldAssigner {
 public:
  explicit FieldAssigner(const std::vector<Field>& fields) : fields_(fields) {}

  template <typename T>
  void operator()(const char* name, T& target) {
    const auto same_name = [name](const Field& field) { return field.name == name; };
    const auto found = std::find_if(fields_.begin(), fields_.end(), same_name);
    if (found == fields_.end()) {
      fail(std::string("attribute '") + name + "' is missing");
    } else if (!assign(found->value, target)) {
      fail(std::string("attribute '") + name + "' has the wrong type or an unknown value");
    }
    ++assigned_;
  }

  std::size_t assigned() const { return assigned_; }
  const std::string& failure() const { return failure_; }

 private:
  template <typename T>
  static bool assign(const FieldValue& value, T& target) {
    std::optional<T> taken;
    if constexpr (std::is_same_v<T, PaddingValue>) {
      taken = enumerator_from_name(value, padding_name, PaddingValue::one);
    } else if constexpr (std::is_same_v<T, Epilogue>) {
      taken = enumerator_from_name(value, epilogue_name, Epilogue::threshold);
    } else if (const T* number = std::get_if<T>(&value)) {
      taken = *number;
    }
    if (taken) target = *taken;
    return taken.has_value();
  }

  void fail(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
  }

  const std::vector<Field>& fields_;
  std::size_t assigned_ = 0;
  std::string failure_;
};

}  // namespace

void write_attributes(ByteWriter& writer, const Attributes& attributes) {
  std::uint32_t count = 0;
  std::visit([&](const auto& structure) { visit_fields(structure, FieldCounter{count}); }, attributes);
  writer.write(count);
  std::visit([&](const auto& structure) { visit_fields(structure, FieldWriter{writer}); }, attributes);
}

Status read_attributes(SectionReader& reader, Op op, Attributes* attributes) {
  constexpr std::size_t kMostAttributes = 64;
  std::size_t count = 0;
  BITPLACE_TRY(reader.count("attributes", kMostAttributes, 9, &count));
  std::vector<Field> fields(count);
  for (Field& field : fields)
    BITPLACE_TRY(read_field(reader, &field));
  *attributes = default_attributes(op);
  FieldAssigner assigner(fields);
  std::visit([&](auto& structure) { visit_fields(structure, assigner); }, *attributes);
  if (!assigner.failure().empty()) return reader.error(assigner.failure());
  // Each was found once, so more of them means one that is unknown or repeated.
  if (fields.size() != assigner.assigned()) {
    return reader.error(std::string("an attribute that ") + op_name(op) + " does not have, or has once",
                        ErrorCode::unsupported);
  }
  return {};
}

}  // namespace bitplace
