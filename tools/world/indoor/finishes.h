// What the surfaces inside a building look like.
#pragma once

#include "world/indoor/building.h"
#include "world/indoor/condition.h"

namespace bitplace::world {

// What a point of a surface is made of.
struct Finish {
  Color albedo;
  Color glow;           // light of its own, or that it lets through
  float mirror = 0.0f;  // share of the mirrored view
};

// A view along a panel: `u` metres along it, `v` above the floor; the view's direction has a part along it, a
// part upwards and a part into it.
struct PanelView {
  float u = 0.0f;
  float v = 0.0f;
  float along = 0.0f;
  float up = 0.0f;
  float into = 1.0f;
};

// False where one sees past the panel.
bool panel_finish(const Building& building, const Condition& condition, const Panel& panel,
                  const PanelView& view, Finish* finish);
Finish lid_finish(const Lid& lid, float across, float along);
Finish floor_finish(const Stretch& stretch, Vector point);
Finish ceiling_finish(const Stretch& stretch, const Condition& condition, Vector point);

// Parts of panel_finish.
Finish wall_finish(const Stretch& stretch, const Panel& panel, float u, float v);
void hang_on_wall(const Condition& condition, const Panel& panel, float u, float v, Finish* finish);
Finish object_finish(const Panel& panel, float u, float v);
bool cutout_finish(const Panel& panel, float x, float y, Finish* finish);  // x from -1 to 1, y from 0 to 1
// Light that comes through an opening from the room or the yard behind it.
Color room_view(const Condition& condition, const Panel& panel, const PanelView& view, float ceiling);
Color yard_view(const Condition& condition, const Panel& panel, const PanelView& view);

}  // namespace bitplace::world
