// Weights whose products may be added in 16 bits before they are widened: two neighbouring quads, a joint
// pair, add 4 products to each half of a lane, which 16 bits hold where weights of one sign sum up to no more
// than `limit` there. What exceeds it, rarely anything in trained networks, moves to extra quads behind the
// others, which multiply the same codes once more.
//
// Example, limit 258: halves (120 90) and (100 3) sum up to 313. 55 of the 120 move to an extra quad.
#pragma once

#include <cstdint>

namespace bitplace::quad_plan {

// One block's weights, [quad][lane][4]: `quads` of them, an even number, and room for `room` extra ones.
struct JointBlock {
  std::int8_t* weights;
  std::int64_t quads, lanes, room;
  std::int64_t limit;
};

// Extra quads, an even number, whose places go to `extra_offsets`; -1, and nothing changed, where there is no
// room for them. `offsets` are those of the block's quads.
std::int64_t spread_weights(const JointBlock& block, const std::int64_t* offsets,
                            std::int64_t* extra_offsets);

}  // namespace bitplace::quad_plan
