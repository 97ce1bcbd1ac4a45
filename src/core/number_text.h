// Numbers for people.
#pragma once

#include <cstdio>
#include <string>

namespace bitplace {

// With as many significant digits at most: "0.25", "1e-05".
inline std::string number_text(double value, int digits = 6) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

}  // namespace bitplace
