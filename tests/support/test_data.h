// Real images, weights and expected outputs that live outside the project.
#pragma once

#include <optional>
#include <string>

namespace bitplace::test {

// BITPLACE_TEST_DATA/RELATIVE if it exists; otherwise prints which test is skipped and why, and returns
// nothing.
std::optional<std::string> test_data(const std::string& relative, const std::string& test);

}  // namespace bitplace::test
