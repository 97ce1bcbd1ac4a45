#include "vprtrain/data/image_lists.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "image/decode.h"

namespace bitplace::train {
namespace {

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The columns that decide whether a row is taken, with the values that they may have.
using ColumnFilters = std::vector<std::pair<std::size_t, const std::set<std::string>*>>;

ColumnFilters filters_of(const tools::CsvTable& table, RowFilters* filters) {
  filters->known_columns.insert(table.heading.begin(), table.heading.end());
  ColumnFilters result;
  for (const auto& [name, values] : filters->values) {
    if (const auto column = table.column(name)) result.emplace_back(*column, &values);
  }
  return result;
}

bool passes(const tools::CsvRow& row, const ColumnFilters& filters) {
  for (const auto& [column, values] : filters) {
    if (values->count(row.fields[column]) == 0) return false;
  }
  return true;
}

}  // namespace

Result<RowFilters> parse_filters(const std::vector<std::string>& only) {
  RowFilters filters;
  for (const std::string& text : only) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return make_error(ErrorCode::invalid_argument, text, "filter", "expected COLUMN=VALUE");
    }
    filters.values[text.substr(0, equals)].insert(text.substr(equals + 1));
  }
  return filters;
}

Status check_filters(const RowFilters& filters) {
  for (const auto& [name, values] : filters.values) {
    if (filters.known_columns.count(name) != 0) continue;
    return make_error(ErrorCode::invalid_argument, name, "filter",
                      "no list of images has such a column; there are: " + joined(filters.known_columns));
  }
  return {};
}

Result<std::vector<ListedImage>> list_place_folders(const std::string& folder) {
  BITPLACE_ASSIGN(paths, list_images(folder));
  if (paths.empty()) return make_error(ErrorCode::io, folder, "list images", "there are none");
  const std::string collection = std::filesystem::path(folder).lexically_normal().string();
  std::vector<ListedImage> listed;
  listed.reserve(paths.size());
  for (std::string& path : paths) {
    const std::filesystem::path below = std::filesystem::path(path).lexically_relative(folder);
    const auto parts = std::distance(below.begin(), below.end());
    if (parts < 2) {
      return make_error(ErrorCode::corrupt, path, "place", "the image lies in no place's folder");
    }
    const std::string role = parts < 3 ? "" : std::next(below.begin())->string();
    const std::string place = below.begin()->string();
    listed.push_back({std::move(path), collection, place, role});
  }
  return listed;
}

Result<std::vector<ListedImage>> list_image_table(const std::string& path, RowFilters* filters) {
  BITPLACE_ASSIGN(table, tools::read_csv(path));
  BITPLACE_ASSIGN(place_column, table.required_column("place_id"));
  BITPLACE_ASSIGN(path_column, table.required_column("path"));
  const std::optional<std::size_t> collection_column = table.column("dataset");
  const std::optional<std::size_t> role_column = table.column("role");
  const ColumnFilters column_filters = filters_of(table, filters);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::vector<ListedImage> listed;
  for (const tools::CsvRow& row : table.rows) {
    if (!passes(row, column_filters)) continue;
    if (row.fields[place_column].empty()) return table.error_at(row, "the place has no name");
    if (row.fields[path_column].empty()) return table.error_at(row, "the image has no path");
    listed.push_back({(folder / row.fields[path_column]).string(),
                      collection_column ? row.fields[*collection_column] : path, row.fields[place_column],
                      role_column ? row.fields[*role_column] : std::string()});
  }
  if (listed.empty()) {
    return make_error(ErrorCode::invalid_argument, path, "filter", "no row of the list passes");
  }
  return listed;
}

}  // namespace bitplace::train
