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

// A field as it is written: name, type and value.
struct WrittenField {
  bool optional;
  std::vector<std::byte> bytes;
};

struct FieldWriter {
  std::vector<WrittenField>& fields;

  void operator()(FieldName name, std::int32_t value) const { number(name, FieldKind::s32, value); }
  void operator()(FieldName name, float value) const { number(name, FieldKind::f32, value); }
  void operator()(FieldName name, double value) const { number(name, FieldKind::f64, value); }
  void operator()(FieldName name, PaddingValue value) const { text(name, padding_name(value)); }
  void operator()(FieldName name, Epilogue value) const { text(name, epilogue_name(value)); }
  void operator()(FieldName name, DataType value) const { text(name, data_type_name(value)); }
  void operator()(FieldName name, ActivationKind value) const { text(name, activation_name(value)); }

  template <typename T>
  void number(FieldName name, FieldKind kind, T value) const {
    ByteWriter writer;
    writer.write_string(name.text);
    writer.write(kind);
    writer.write(value);
    fields.push_back({name.optional, writer.take()});
  }
  void text(FieldName name, const char* value) const {
    ByteWriter writer;
    writer.write_string(name.text);
    writer.write(FieldKind::name);
    writer.write_string(value);
    fields.push_back({name.optional, writer.take()});
  }
};

std::vector<WrittenField> written_fields(const Attributes& attributes) {
  std::vector<WrittenField> fields;
  std::visit([&](const auto& structure) { visit_fields(structure, FieldWriter{fields}); }, attributes);
  return fields;
}

// Attributes of the same structure with their defaults.
Attributes defaults_of(const Attributes& attributes) {
  return std::visit([](const auto& structure) { return Attributes(std::decay_t<decltype(structure)>()); },
                    attributes);
}

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
  void operator()(FieldName name, T& target) {
    const auto same_name = [name](const Field& field) { return field.name == name.text; };
    const auto found = std::find_if(fields_.begin(), fields_.end(), same_name);
    if (found == fields_.end()) {
      if (!name.optional) fail(std::string("attribute '") + name.text + "' is missing");
      return;
    }
    if (!assign(found->value, target)) {
      fail(std::string("attribute '") + name.text + "' has the wrong type or an unknown value");
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
      taken = enumerator_from_name(value, epilogue_name, Epilogue::affine);
    } else if constexpr (std::is_same_v<T, DataType>) {
      taken = enumerator_from_name<DataType>(value, data_type_name, DataType::b1);
    } else if constexpr (std::is_same_v<T, ActivationKind>) {
      taken = enumerator_from_name(value, activation_name, ActivationKind::tanh);
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
  const std::vector<WrittenField> fields = written_fields(attributes);
  const std::vector<WrittenField> defaults = written_fields(defaults_of(attributes));
  const auto is_left_out = [&](std::size_t i) {
    return fields[i].optional && fields[i].bytes == defaults[i].bytes;
  };
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < fields.size(); ++i)
    count += is_left_out(i) ? 0u : 1u;
  writer.write(count);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_left_out(i)) writer.write_bytes(fields[i].bytes.data(), fields[i].bytes.size());
  }
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
  // Each was taken once, so more of them means one that is unknown or repeated.
  if (fields.size() != assigner.assigned()) {
    return reader.error(std::string("an attribute that ") + op_name(op) + " does not have, or has once",
                        ErrorCode::unsupported);
  }
  return {};
}

}  // namespace bitplace
