// Pictures of the street by casting one fan of rays per column of the picture.
#pragma once

#include "world/drive.h"
#include "world/film.h"
#include "world/street.h"

namespace bitplace::world {

Canvas render(const Street& street, const Light& light, const Frame& frame, int width, int height);

}  // namespace bitplace::world
