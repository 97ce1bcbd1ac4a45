// Operations that take a pixel's channels or a descriptor together, for files that take them all.
#pragma once

#include "cuda/l2_normalize/l2_normalize.h"
#include "cuda/l2_normalize_channels/l2_normalize_channels.h"
#include "cuda/layer_norm/layer_norm.h"
#include "cuda/softmax/softmax.h"
#include "cuda/transpose/transpose.h"
#include "cuda/vlad/vlad.h"
