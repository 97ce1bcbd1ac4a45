// Place search together, for files that take them all.
#pragma once

#include "cuda/distance/distance.h"
#include "cuda/distance/keys.h"
#include "cuda/top_k/top_k.h"
