// Text that is safe to print and to put into JSON.
#pragma once

#include <string>
#include <string_view>

namespace bitplace {

// Well-formed UTF-8 without control characters; with `lines`, newline and tab are allowed.
bool is_plain_text(std::string_view text, bool lines = false);

// The same text with '?' in place of every byte that is_plain_text would refuse.
std::string to_plain_text(std::string_view text, bool lines = false);

}  // namespace bitplace
