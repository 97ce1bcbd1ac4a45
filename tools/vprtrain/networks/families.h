// The families of networks: one function per file of this folder. registry.cpp puts them into one list.
#pragma once

#include <vector>

#include "vprtrain/network.h"

namespace bitplace::train {

std::vector<NetworkEntry> alexnet_family();
std::vector<NetworkEntry> residual_family();
std::vector<NetworkEntry> torchvision_family();

}  // namespace bitplace::train
