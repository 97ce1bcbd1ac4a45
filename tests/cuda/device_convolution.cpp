#include "cuda/device_convolution.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace bitplace::test {
namespace {

// The kernel under the name of one of its tiles.
cuda::DeviceKernel named(const cuda::DeviceKernel& kernel, const std::string& name) {
  cuda::DeviceKernel tile = kernel;
  tile.name = name.c_str();
  return tile;
}

}  // namespace

std::vector<std::uint8_t> run_on_device(const DeviceRun& run, const ConvolutionProblem& p,
                                        const ConvolutionConstants& constants,
                                        const std::vector<std::uint8_t>& images, std::size_t output_bytes,
                                        std::string* damage) {
  constexpr std::size_t kAligned = 64;
  GuardedMemory packed(run.row->packed_bytes(p), 0, kAligned, run.placement);
  std::fill_n(packed.data(), packed.size(), std::byte{0});
  run.row->pack(p, constants, packed.data());
  if (!packed.intact()) *damage += "pack wrote outside packed_bytes; ";
  packed.make_read_only();
  GuardedMemory input(images.size(), 0, kAligned, run.placement);
  input.copy_from(images.data());
  input.make_read_only();
  GuardedMemory output(output_bytes * static_cast<std::size_t>(run.batch), 0, kAligned, run.placement);
  GuardedMemory scratch(run.row->scratch_bytes(p, run.batch), 0, kAligned, run.placement);
  const cuda::DeviceConvolutionCall call = {
      p, run.batch, packed.data(), input.data(), output.data(), scratch.data()};
  const std::string name = run.row->kernel.name + run.tile;
  emulate(named(run.row->kernel, name), &call, run.order);
  if (!output.intact()) *damage += "run wrote outside the output; ";
  std::vector<std::uint8_t> bytes(output.size());
  std::memcpy(bytes.data(), output.data(), bytes.size());
  return bytes;
}

DeviceRuns::DeviceRuns(KernelTable<cuda::DeviceConvolutionKernel> table) {
  for (std::size_t i = 0; i < table.count; ++i) {
    for (const char* tile : {"", "/128x64", "/64x64", "/32x32"}) {
      const std::string name = table.rows[i]->kernel.name + std::string(tile);
      if (has_emulation(named(table.rows[i]->kernel, name))) choices_.push_back({table.rows[i], tile, 0});
    }
  }
}

DeviceRun DeviceRuns::next(const ConvolutionProblem& p) {
  for (std::size_t tries = 0; tries < choices_.size(); ++tries) {
    Choice& choice = choices_[next_];
    next_ = (next_ + 1) % choices_.size();
    if (!choice.row->accepts(p, choice.row->kernel.lowest_architecture)) continue;
    ++choice.drawn;
    ++runs_;
    return {choice.row, choice.tile, runs_ % 3 + 1,
            runs_ % 2 == 0 ? cuda::ThreadOrder::rising : cuda::ThreadOrder::falling,
            runs_ / 2 % 2 == 0 ? Placement::against_end : Placement::against_start};
  }
  throw std::logic_error("no row accepts a problem");
}

std::string DeviceRuns::never_drawn() const {
  std::string names;
  for (const Choice& choice : choices_) {
    if (choice.drawn == 0) names += choice.row->kernel.name + choice.tile + " ";
  }
  return names;
}

}  // namespace bitplace::test
