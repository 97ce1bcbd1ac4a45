#include "common/text_table.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace bitplace::tools {
namespace {

// Continuation bytes of UTF-8 take no column.
std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::string padding(width - std::min(width, display_width(cell)), ' ');
  return align == Align::left ? cell + padding : padding + cell;
}

std::string trimmed_line(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::string heading;
  std::string rule;
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].heading);
    for (const auto& row : rows_)
      width = std::max(width, display_width(row[c]));
    widths.push_back(width);
    heading += padded(columns_[c].heading, width, columns_[c].align) + "  ";
    rule += std::string(width, '-') + "  ";
  }
  std::string text = trimmed_line(heading) + trimmed_line(rule);
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      line += padded(row[c], widths[c], columns_[c].align) + "  ";
    text += trimmed_line(line);
  }
  return text;
}

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
  return buffer.data();
}

std::string bytes_text(double bytes) {
  if (bytes < 1024.0) return fixed(bytes, 0) + " B";
  if (bytes < 1024.0 * 1024.0) return fixed(bytes / 1024.0, 1) + " KiB";
  if (bytes < 1024.0 * 1024.0 * 1024.0) return fixed(bytes / (1024.0 * 1024.0), 1) + " MiB";
  return fixed(bytes / (1024.0 * 1024.0 * 1024.0), 1) + " GiB";
}

}  // namespace bitplace::tools
