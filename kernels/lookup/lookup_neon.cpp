// Lookups with NEON, 16 per step. TBL finds a code's result among 64 bytes, three TBX the others: a code
// beyond a table keeps what was found before. The 16 registers of results leave 16. The last elements go
// through buffers of one step: nothing behind them is touched.
#include "kernels/common/lanes_neon.h"
#include "kernels/lookup/lookup_lanes.h"

namespace bitplace {

namespace {

struct ByteTable {
  uint8x16x4_t quarters[4];

  explicit ByteTable(const std::int8_t* table) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(table);
    for (int q = 0; q < 4; ++q)
      quarters[q] = vld1q_u8_x4(bytes + 64 * q);
  }

  uint8x16_t operator()(uint8x16_t codes) const {
    uint8x16_t results = vqtbl4q_u8(quarters[0], codes);
    for (int q = 1; q < 4; ++q) {
      codes = vsubq_u8(codes, vdupq_n_u8(64));
      results = vqtbx4q_u8(results, quarters[q], codes);
    }
    return results;
  }
};

}  // namespace

extern const LookupKernel lookup__neon = {"lookup__neon", isa_feature::neon, run_s8<Neon, ByteTable>,
                                          run_u8<Neon, ByteTable>};

}  // namespace bitplace
