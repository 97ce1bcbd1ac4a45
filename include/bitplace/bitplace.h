// Everything a program needs: open a model, describe images, keep and search places.
#pragma once

#include "bitplace/cpu.h"
#include "bitplace/describer.h"
#include "bitplace/descriptor.h"
#include "bitplace/device_search.h"
#include "bitplace/executor.h"
#include "bitplace/image.h"
#include "bitplace/model.h"
#include "bitplace/place_map.h"
#include "bitplace/plan.h"
#include "bitplace/result.h"
#include "bitplace/tensor.h"
#include "bitplace/version.h"
