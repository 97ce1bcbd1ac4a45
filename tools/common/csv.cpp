#include "common/csv.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/file.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The fields of one line, or nothing when a quote stays open or text follows a closing one.
std::optional<std::vector<std::string>> split_line(std::string_view line) {
  std::vector<std::string> fields(1);
  std::size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ',') {
      fields.emplace_back();
      ++i;
    } else if (line[i] != '"') {
      fields.back() += line[i++];
    } else {
      if (!fields.back().empty()) return std::nullopt;
      for (++i;; ++i) {
        if (i >= line.size()) return std::nullopt;
        if (line[i] != '"') {
          fields.back() += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          fields.back() += line[i++];
        } else {
          break;
        }
      }
      ++i;
      if (i < line.size() && line[i] != ',') return std::nullopt;
    }
  }
  return fields;
}

Error line_error(const std::string& path, std::int64_t line, std::string_view why) {
  return make_error(ErrorCode::corrupt, path, "line " + std::to_string(line), why);
}

}  // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::find(heading.begin(), heading.end(), name);
  if (found == heading.end()) return std::nullopt;
  return static_cast<std::size_t>(found - heading.begin());
}

Result<std::size_t> CsvTable::required_column(std::string_view name) const {
  if (const auto found = column(name)) return *found;
  std::string names;
  for (const std::string& heading_name : heading)
    names += (names.empty() ? "" : ", ") + heading_name;
  return line_error(path, 1, "no column '" + std::string(name) + "' among: " + names);
}

Error CsvTable::error_at(const CsvRow& row, std::string_view why) const {
  return line_error(path, row.line, why);
}

Result<CsvTable> parse_csv(std::string_view text, const std::string& path) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvTable table;
  table.path = path;
  for (std::int64_t line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto fields = split_line(line);
    if (!fields) return line_error(path, line_number, "a quote that does not close its field");
    if (table.heading.empty()) {
      table.heading = *std::move(fields);
    } else if (fields->size() != table.heading.size()) {
      return line_error(path, line_number,
                        std::to_string(fields->size()) + " fields where the heading has " +
                            std::to_string(table.heading.size()));
    } else {
      table.rows.push_back({line_number, *std::move(fields)});
    }
  }
  if (table.heading.empty()) return line_error(path, 1, "no heading");
  return table;
}

Result<CsvTable> read_csv(const std::string& path) {
  BITPLACE_ASSIGN(bytes, read_file(path, kLargestFile));
  return parse_csv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

std::optional<std::int64_t> parse_index(std::string_view text, std::int64_t limit) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value >= limit)
    return std::nullopt;
  return value;
}

}  // namespace bitplace::tools
