// Parameters for tests: whatever is asked for, or only what is there.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "networks/parameter_source.h"
#include "support/random.h"

namespace bitplace::test {

// Answers every question with random numbers and remembers it.
class AnyParameters : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    taken.emplace_back(name, shape);
    const auto given = values.find(name);
    if (given != values.end()) return given->second;
    std::size_t count = 1;
    for (const std::int64_t extent : shape)
      count *= static_cast<std::size_t>(extent);
    std::vector<float> numbers(count);
    for (float& number : numbers)
      number = random_.real(-1.0f, 1.0f);
    return numbers;
  }

  std::map<std::string, std::vector<float>> values;  // instead of random ones
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> taken;

 private:
  Random random_{11};
};

}  // namespace bitplace::test
