// The launch that all operations on single elements share.
//
// A block takes kThreads * kStep elements. Where all of them exist and every pointer fits packets, a thread
// takes kStep neighbours, the widest of which is one access of 16 bytes; elsewhere threads take single
// elements in turn, so that neighbours still share accesses. An operation is
//
//   using Parameters = BatchedCall<...>;
//   static constexpr int kStep;
//   static std::int64_t elements(const Parameters&);
//   static bool fits_packets(const Parameters&);
//   template <int kCount> static void run(const Parameters&, std::int64_t first);   // kStep or 1 elements
#pragma once

#include "cuda/common/batched_call.h"
#include "cuda/common/packet.h"
#include "cuda/common/phases.h"

namespace bitplace::cuda {

template <class Operation>
struct ElementwiseKernel {
  using Parameters = typename Operation::Parameters;
  using Shared = Nothing;
  using Registers = Nothing;
  static constexpr int kThreads = 256;
  static constexpr std::int64_t kBlockElements = std::int64_t{kThreads} * Operation::kStep;

  static Grid grid(const Parameters& p) { return {divide_up(Operation::elements(p), kBlockElements)}; }

  template <class Block>
  static BITPLACE_DEVICE void run(const Parameters& p, Block& block) {
    block.each_thread([&](const Position& at, Nothing&) {
      const std::int64_t begin = at.block_x * kBlockElements;
      const std::int64_t left = Operation::elements(p) - begin;
      if (left >= kBlockElements && Operation::fits_packets(p)) {
        Operation::template run<Operation::kStep>(p, begin + at.thread * Operation::kStep);
      } else {
        const std::int64_t end = smaller(left, kBlockElements);
        for (std::int64_t i = at.thread; i < end; i += kThreads)
          Operation::template run<1>(p, begin + i);
      }
    });
  }
};

// Operations whose elements are not neighbours in memory: one at a time.
template <class OperationParameters>
struct OneAtATime {
  using Parameters = OperationParameters;
  static constexpr int kStep = 1;
  static BITPLACE_DEVICE bool fits_packets(const Parameters&) { return false; }
};

// Derived::apply(call, x) of every element of call.input.
template <class Derived, class Call, typename In, typename Out>
struct UnaryOperation {
  using Parameters = BatchedCall<Call>;
  static constexpr int kStep = kPacketBytes / larger<int>(sizeof(In), sizeof(Out));

  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return p.count * p.batch; }
  static BITPLACE_DEVICE bool fits_packets(const Parameters& p) {
    return cuda::fits_packets<In, kStep>(p.call.input) && cuda::fits_packets<Out, kStep>(p.call.output);
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t first) {
    const auto x = load<kCount>(static_cast<const In*>(p.call.input) + first);
    Packet<Out, kCount> y;
    BITPLACE_UNROLL
    for (int i = 0; i < kCount; ++i)
      y.at[i] = Derived::apply(p.call, x.at[i]);
    store(static_cast<Out*>(p.call.output) + first, y);
  }
};

// Derived::apply(call, a, b) of the elements of call.a and call.b, of one type as the results are.
template <class Derived, class Call, typename Element>
struct BinaryOperation {
  using Parameters = BatchedCall<Call>;
  static constexpr int kStep = kPacketBytes / sizeof(Element);

  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) { return p.count * p.batch; }
  static BITPLACE_DEVICE bool fits_packets(const Parameters& p) {
    return cuda::fits_packets<Element, kStep>(p.call.a) && cuda::fits_packets<Element, kStep>(p.call.b) &&
           cuda::fits_packets<Element, kStep>(p.call.output);
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t first) {
    const auto a = load<kCount>(static_cast<const Element*>(p.call.a) + first);
    const auto b = load<kCount>(static_cast<const Element*>(p.call.b) + first);
    Packet<Element, kCount> y;
    BITPLACE_UNROLL
    for (int i = 0; i < kCount; ++i)
      y.at[i] = Derived::apply(p.call, a.at[i], b.at[i]);
    store(static_cast<Element*>(p.call.output) + first, y);
  }
};

// Elements of pixels x channels, the CPU's count being pixels, with constants per channel:
//
//   Derived::Constants<kCount>                        of neighbouring channels, by
//   Derived::constants<kCount>(call, image, channel)
//   Derived::constants_fit(call)                      whether packets of kStep may begin at theirs
//   Derived::apply(call, x, constants, i)             i: which of the channels x is of
template <class Derived, class Call, typename In, typename Out>
struct ChannelsOperation {
  using Parameters = BatchedCall<Call>;
  static constexpr int kStep = kPacketBytes / larger<int>(sizeof(In), sizeof(Out));

  static BITPLACE_DEVICE std::int64_t elements(const Parameters& p) {
    return p.count * p.call.channels * p.batch;
  }
  static BITPLACE_DEVICE bool fits_packets(const Parameters& p) {
    return p.call.channels % kStep == 0 && cuda::fits_packets<In, kStep>(p.call.input) &&
           cuda::fits_packets<Out, kStep>(p.call.output) && Derived::constants_fit(p.call);
  }
  template <int kCount>
  static BITPLACE_DEVICE void run(const Parameters& p, std::int64_t first) {
    const std::int64_t pixel = quotient(first, p.call.channels);
    const std::int64_t channel = first - pixel * p.call.channels;
    const std::int64_t image = quotient(pixel, p.count);
    const auto constants = Derived::template constants<kCount>(p.call, image, channel);
    const auto x = load<kCount>(static_cast<const In*>(p.call.input) + first);
    Packet<Out, kCount> y;
    BITPLACE_UNROLL
    for (int i = 0; i < kCount; ++i)
      y.at[i] = Derived::apply(p.call, x.at[i], constants, i);
    store(static_cast<Out*>(p.call.output) + first, y);
  }
};

}  // namespace bitplace::cuda
