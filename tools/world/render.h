// Pictures of the street by casting fans of rays: all rays of a fan have one direction on the ground.
#pragma once

#include "world/drive.h"
#include "world/film.h"
#include "world/lens.h"
#include "world/street.h"

namespace bitplace::world {

// By a plain camera of some 58 degrees: a fan is a column of the picture.
Canvas render(const Street& street, const Light& light, const Frame& frame, int width, int height);
// Through any lens.
Canvas render(const Street& street, const Light& light, const Frame& frame, const Lens& lens, int width,
              int height);

}  // namespace bitplace::world
