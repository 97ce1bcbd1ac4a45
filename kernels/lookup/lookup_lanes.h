// Lookups with the lanes L of an instruction set. Included by instruction-set files only. Table<L> is made of
// the 256 results, results of code 0 first, and takes a vector of codes to a vector of results.
#pragma once

#include "kernels/common/lanes_transform.h"
#include "kernels/lookup/lookup.h"

namespace bitplace {
namespace {

// `flip` is xored to every byte before it is looked up.
template <typename L, typename Table>
inline void look_up(const LookupCall& call, std::int64_t begin, std::int64_t end, std::uint32_t flip) {
  const Table table(call.table);
  const typename L::Bytes flips = L::set_words(flip);
  const auto results = [&](const std::int8_t* from) { return table(L::bit_xor(L::load_bytes(from), flips)); };
  const auto* input = static_cast<const std::int8_t*>(call.input);
  std::int64_t i = begin;
  for (; i + L::kBytes <= end; i += L::kBytes)
    L::store_bytes(call.output + i, results(input + i));
  if (i < end)
    L::store_first_bytes(call.output + i, results(first_elements<L::kBytes>(input + i, end - i).at), end - i);
}

template <typename L, typename Table>
void run_s8(const LookupCall& call, std::int64_t begin, std::int64_t end) {
  look_up<L, Table>(call, begin, end, 0x8080'8080u);
}

template <typename L, typename Table>
void run_u8(const LookupCall& call, std::int64_t begin, std::int64_t end) {
  look_up<L, Table>(call, begin, end, 0);
}

}  // namespace
}  // namespace bitplace
