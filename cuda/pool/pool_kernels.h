// Pooling together, for files that take them all.
#pragma once

#include "cuda/average_pool/average_pool.h"
#include "cuda/gem_pool/gem_pool.h"
#include "cuda/max_pool/max_pool.h"
