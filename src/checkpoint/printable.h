// Text of untrusted files in messages.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace bitplace {

inline bool is_printable(char c) {
  return c >= 0x20 && c < 0x7f;
}

inline bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c); });
}

// With "?" in the place of whatever a terminal could misunderstand, and cut to a readable length.
inline std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  std::string result(text.substr(0, kLongest));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !is_printable(c); }, '?');
  if (text.size() > kLongest) result += "...";
  return result;
}

}  // namespace bitplace
