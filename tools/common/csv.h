// Small comma-separated files with a heading line: ground truth, splits, lists of images.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::tools {

struct CsvRow {
  std::int64_t line = 0;  // in the file, from 1, for error messages
  std::vector<std::string> fields;
};

struct CsvTable {
  std::string path;
  std::vector<std::string> heading;
  std::vector<CsvRow> rows;  // each with as many fields as the heading

  std::optional<std::size_t> column(std::string_view name) const;
  // The column, or an error that lists the columns that there are.
  Result<std::size_t> required_column(std::string_view name) const;
  // "PATH: line N: WHY"
  Error error_at(const CsvRow& row, std::string_view why) const;
};

// Fields may be quoted ("" is a quote inside quotes); lines end with LF or CRLF; empty lines are skipped.
// Errors: io, unsupported (more than 64 MiB), corrupt (wrong number of fields, an open quote), each with its
// line.
Result<CsvTable> read_csv(const std::string& path);
Result<CsvTable> parse_csv(std::string_view text, const std::string& path);

// A whole decimal number in [0, limit), nothing around it.
std::optional<std::int64_t> parse_index(std::string_view text, std::int64_t limit);

}  // namespace bitplace::tools
