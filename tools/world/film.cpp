#include "world/film.h"

#include <algorithm>
#include <cmath>

#include "world/noise.h"

namespace bitplace::world {
namespace {

// One pass of a box filter along rows or columns, with a fractional radius.
void blur_pass(const std::vector<Color>& in, std::vector<Color>* out, int count, int lines, int step,
               int line_step, float radius) {
  const float side = std::min(radius, 1.0f);
  const float scale = 1.0f / (1.0f + 2.0f * side);
  for (int line = 0; line < lines; ++line) {
    const auto at = [&](int i) {
      return static_cast<std::size_t>(line * line_step + std::clamp(i, 0, count - 1) * step);
    };
    for (int i = 0; i < count; ++i)
      (*out)[at(i)] = (in[at(i)] + (in[at(i - 1)] + in[at(i + 1)]) * side) * scale;
  }
}

std::uint8_t to_level(float linear, float exposure, float grain) {
  const float tone = 1.0f - std::exp(-linear * exposure * 1.6f);  // bright light saturates softly
  const float level = 255.0f * std::pow(tone, 1.0f / 2.2f) + grain;
  return static_cast<std::uint8_t>(std::clamp(level + 0.5f, 0.0f, 255.0f));
}

}  // namespace

std::vector<std::uint8_t> develop(const Canvas& canvas, const Film& film) {
  std::vector<Color> sharp = canvas.pixels;
  std::vector<Color> soft(sharp.size());
  for (float left = film.blur; left > 0.0f; left -= 1.0f) {
    blur_pass(sharp, &soft, canvas.width, canvas.height, 1, canvas.width, left);
    blur_pass(soft, &sharp, canvas.height, canvas.width, canvas.width, 1, left);
  }
  std::vector<std::uint8_t> levels;
  levels.reserve(sharp.size() * 3);
  Sequence random(film.seed);
  for (const Color& color : sharp) {
    for (const float channel : {color.r, color.g, color.b}) {
      // The sum of three uniform numbers is close enough to a normal one.
      const float grain = random.real(-1.0f, 1.0f) + random.real(-1.0f, 1.0f) + random.real(-1.0f, 1.0f);
      levels.push_back(to_level(channel, film.exposure, grain * film.noise));
    }
  }
  return levels;
}

}  // namespace bitplace::world
