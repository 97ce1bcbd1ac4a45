#include "support/test_data.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace bitplace::test {

std::optional<std::string> test_data(const std::string& relative, const std::string& test) {
  const char* root = std::getenv("BITPLACE_TEST_DATA");
  if (root == nullptr || *root == '\0') {
    std::printf("SKIPPED %s: BITPLACE_TEST_DATA is not set\n", test.c_str());
    return std::nullopt;
  }
  std::string path = std::string(root) + "/" + relative;
  if (!std::filesystem::exists(path)) {
    std::printf("SKIPPED %s: %s does not exist\n", test.c_str(), path.c_str());
    return std::nullopt;
  }
  return path;
}

}  // namespace bitplace::test
