// Tables for people.
#pragma once

#include <string>
#include <vector>

namespace bitplace::tools {

enum class Align { left, right };

// Columns as wide as their widest cell, two spaces between them, a rule under the heading.
class TextTable {
 public:
  struct Column {
    std::string heading;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells are empty; surplus ones are not shown.
  void add_row(std::vector<std::string> cells);
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A number with a fixed count of decimals: fixed(0.7657, 3) is "0.766".
std::string fixed(double value, int decimals);
// "153.9 KiB", "2.0 MiB"
std::string bytes_text(double bytes);

}  // namespace bitplace::tools
