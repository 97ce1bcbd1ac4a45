// Distinct names for layers.
#pragma once

#include <string>
#include <unordered_map>

namespace bitplace {

class LayerNames {
 public:
  // The wanted name, or that with "_2", "_3" and so on behind it.
  std::string unique(const std::string& wanted) {
    const auto [first, fresh] = used_.emplace(wanted, 1);
    if (fresh) return wanted;
    int& count = first->second;  // stays where it is when others are added
    for (;;) {
      const std::string name = wanted + "_" + std::to_string(++count);
      if (used_.emplace(name, 1).second) return name;
    }
  }

 private:
  std::unordered_map<std::string, int> used_;
};

}  // namespace bitplace
