// The networks of integers that tests on devices run whole: the model that comes along, and those that the
// build had converted for them.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace bitplace::test {

// BITPLACE_TEST_NETWORKS: paths, a colon between them.
inline std::vector<std::string> network_files() {
  std::vector<std::string> files = {BITPLACE_SHIPPED_MODEL};
  const char* more = std::getenv("BITPLACE_TEST_NETWORKS");
  std::istringstream paths(more != nullptr ? more : "");
  for (std::string path; std::getline(paths, path, ':');)
    files.push_back(path);
  return files;
}

}  // namespace bitplace::test
