// GPU architectures as numbers: 87 is sm_87.
#pragma once

#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::cuda {

inline constexpr int kLowestArchitecture = 75;
inline constexpr int kHighestArchitecture = 121;  // inclusive, of what the kernels' tables speak

// Every architecture that the tables speak of, in rising order.
const std::vector<int>& architectures();

// "sm_87" or "87"; anything else, or one that is not in architectures(), is invalid_argument and names the
// choices.
Result<int> parse_architecture(const std::string& text);

// "sm_87"
std::string architecture_name(int architecture);

}  // namespace bitplace::cuda
