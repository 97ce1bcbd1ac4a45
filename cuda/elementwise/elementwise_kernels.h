// Operations on single elements together, for files that take them all.
#pragma once

#include "cuda/activation/activation.h"
#include "cuda/add/add.h"
#include "cuda/cast/cast.h"
#include "cuda/concatenate/concatenate.h"
#include "cuda/dequantize/dequantize.h"
#include "cuda/lookup/lookup.h"
#include "cuda/multiply_channels/multiply_channels.h"
#include "cuda/quantize/quantize.h"
