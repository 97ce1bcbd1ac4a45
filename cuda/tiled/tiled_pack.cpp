#include "cuda/tiled/tiled_pack.h"

#include <algorithm>
#include <cstring>

#include "cuda/tiled/tile_layout.h"

namespace bitplace::cuda {
namespace {

constexpr std::int64_t kMostPooled = 32;  // windows, the rows of the smallest tile
constexpr std::int64_t kFarthest = std::int64_t{1} << 28;

std::size_t size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

// How the depth of a problem is cut into granules.
struct Depth {
  Granule granule;
  std::int64_t pixel_bytes, group_bytes;
  std::int64_t granule_bits;
  std::int64_t granules_per_tap;
  bool masked;                  // bits of groups that begin within words
  std::int64_t taps_per_group;  // entries of the table, whole stages
  std::int64_t stages;
};

bool shares_words(const ConvolutionProblem& p) {
  return p.groups > 1 && p.input_channels / p.groups % 32 != 0;
}

// Words that the widest group of bits touches.
std::int64_t words_spanned(const ConvolutionProblem& p) {
  const std::int64_t channels = p.input_channels / p.groups;
  std::int64_t most = 0;
  for (std::int64_t g = 0; g < p.groups; ++g)
    most = std::max(most, (g * channels % 32 + channels + 31) / 32);
  return most;
}

Depth depth_of(const ConvolutionProblem& p, const TiledForm& form) {
  Depth d{};
  const std::int64_t channels = p.input_channels / p.groups;
  const bool bits = form.activation_bits == 1;
  d.masked = bits && shares_words(p);
  d.pixel_bytes =
      bits ? (p.input_channels + 31) / 32 * 4 : std::int64_t{p.input_channels} * form.activation_bits / 8;
  if (d.masked) {
    d.granule = Granule::element;
    d.granule_bits = 32;
    d.granules_per_tap = words_spanned(p);
  } else {
    d.group_bytes = p.groups == 1 ? d.pixel_bytes : channels * form.activation_bits / 8;
    const auto whole = [&](std::int64_t bytes) {
      return d.pixel_bytes % bytes == 0 && d.group_bytes % bytes == 0;
    };
    d.granule = whole(16) ? Granule::chunk : whole(4) ? Granule::word : Granule::element;
    d.granule_bits = whole(16) ? 128 : whole(4) ? 32 : form.activation_bits;
    d.granules_per_tap = d.group_bytes * 8 / d.granule_bits;
  }
  const std::int64_t stage_granules = 8 * kStageBytes / d.granule_bits;
  d.stages = (p.kernel_height * p.kernel_width * d.granules_per_tap + stage_granules - 1) / stage_granules;
  d.taps_per_group = d.stages * stage_granules;
  return d;
}

// Offsets of the sections of packed memory.
struct Sections {
  std::size_t row_bytes;
  std::size_t taps, weight_sums, outside, threshold, flip, scale, bias, end;
};

bool corrects_border(const ConvolutionProblem& p, const TiledForm& form) {
  return form.activation_bits == 1 && p.padding == ConvolutionPadding::zero;
}

Sections sections_of(const ConvolutionProblem& p, const TiledForm& form) {
  const Depth d = depth_of(p, form);
  const std::size_t outputs = size(p.output_channels);
  const bool thresholds = p.epilogue == ConvolutionEpilogue::threshold_b1;
  const bool affine = !thresholds && p.epilogue != ConvolutionEpilogue::raw_s32;
  std::size_t end = 0;
  const auto section = [&](std::size_t bytes) {
    const std::size_t start = end;
    end += (bytes + 15) / 16 * 16;
    return start;
  };
  Sections s{};
  s.row_bytes = size(d.stages * kStageBytes * form.packed_weight_bits / form.activation_bits);
  section(outputs * s.row_bytes);
  s.taps = section(size(d.taps_per_group * (d.masked ? p.groups : 1)) * sizeof(Tap));
  s.weight_sums = section(form.activation_bits == 1 ? 4 * outputs : 0);
  s.outside = section(
      corrects_border(p, form) ? 4 * outputs * size((p.kernel_height + 1) * (p.kernel_width + 1)) : 0);
  s.threshold = section(thresholds ? 4 * outputs : 0);
  s.flip = section(thresholds ? outputs : 0);
  s.scale = section(affine ? 4 * outputs : 0);
  s.bias = section(affine ? 4 * outputs : 0);
  s.end = end;
  return s;
}

std::uint32_t group_mask(const ConvolutionProblem& p, std::int64_t group, std::int64_t word) {
  const std::int64_t channels = p.input_channels / p.groups;
  const std::int64_t first = group * channels;
  std::uint32_t mask = 0;
  for (std::int64_t bit = 0; bit < 32; ++bit) {
    const std::int64_t channel = word * 32 + bit;
    if (channel >= first && channel < first + channels) mask |= 1u << bit;
  }
  return mask;
}

void write_taps(const ConvolutionProblem& p, const Depth& d, std::int64_t group, Tap* taps) {
  const std::int64_t first_word = d.masked ? group * (p.input_channels / p.groups) / 32 : 0;
  for (std::int64_t i = 0; i < d.taps_per_group; ++i) {
    const std::int64_t tap = i / d.granules_per_tap, part = i % d.granules_per_tap;
    const std::int64_t dy = tap / p.kernel_width * p.dilation_height;
    const std::int64_t dx = tap % p.kernel_width * p.dilation_width;
    const std::int64_t inside_pixel = first_word * 4 + part * d.granule_bits / 8;
    const std::int64_t offset = (dy * p.input_width + dx) * d.pixel_bytes + inside_pixel;
    const std::uint32_t mask = d.masked ? group_mask(p, group, first_word + part) : ~0u;
    const bool used = tap < p.kernel_height * p.kernel_width && mask != 0;
    taps[i] = used ? Tap{static_cast<std::int32_t>(offset), static_cast<std::int32_t>(dy),
                         static_cast<std::int32_t>(dx), mask}
                   : Tap{0, kNowhere, kNowhere, 0};
  }
}

bool bit_at(const std::uint8_t* row, std::int64_t index) {
  return (row[index / 8] >> (index % 8) & 1) != 0;
}

int nibble_at(const std::uint8_t* row, std::int64_t index) {
  return row[index / 2] >> (index % 2 * 4) & 0xf;
}

// Where nibble `element` of a row lies: byte, and whether in its upper half.
struct NibblePlace {
  std::int64_t byte;
  bool high;
};
NibblePlace nibble_place(std::int64_t element) {
  const std::int64_t within = element % 32;
  return {element / 32 * 16 + within % 16, within >= 16};
}

void write_weight(const TiledForm& form, const std::uint8_t* row, std::int64_t index, std::uint8_t* packed,
                  std::int64_t element) {
  const int bits = form.packed_weight_bits;
  if (bits == 1) {
    packed[element / 8] |= static_cast<std::uint8_t>(bit_at(row, index) << (element % 8));
  } else if (bits == 4) {
    const NibblePlace place = nibble_place(element);
    packed[place.byte] |= static_cast<std::uint8_t>(nibble_at(row, index) << (place.high ? 4 : 0));
  } else if (form.canonical_weight_bits == 1) {
    packed[element] = bit_at(row, index) ? 0xff : 0x01;
  } else if (form.canonical_weight_bits == 4) {
    const int nibble = nibble_at(row, index);
    packed[element] = static_cast<std::uint8_t>(nibble < 8 ? nibble : nibble - 16);
  } else {
    std::memcpy(packed + element * bits / 8, row + index * bits / 8, size(bits / 8));
  }
}

void write_weights(const ConvolutionProblem& p, const TiledForm& form, const Depth& d, std::size_t row_bytes,
                   const ConvolutionConstants& constants, std::uint8_t* packed) {
  const std::int64_t channels = p.input_channels / p.groups;
  const std::size_t canonical_bytes = size((convolution_depth(p) * form.canonical_weight_bits + 7) / 8);
  const std::int64_t elements_per_tap = d.granules_per_tap * d.granule_bits / form.activation_bits;
  for (std::int64_t o = 0; o < p.output_channels; ++o) {
    const std::uint8_t* row = constants.weight_rows + size(o) * canonical_bytes;
    const std::int64_t group = o / (p.output_channels / p.groups);
    const std::int64_t shift = d.masked ? group * channels % 32 : 0;
    for (std::int64_t index = 0; index < convolution_depth(p); ++index) {
      const std::int64_t element = index / channels * elements_per_tap + shift + index % channels;
      write_weight(form, row, index, packed + size(o) * row_bytes, element);
    }
  }
}

std::int32_t tap_sum(const std::uint8_t* row, std::int64_t first, std::int64_t channels) {
  std::int32_t sum = 0;
  for (std::int64_t i = first; i < first + channels; ++i)
    sum += bit_at(row, i) ? -1 : 1;
  return sum;
}

// Sums of the weights of all taps above and to the left.
void write_outside(const ConvolutionProblem& p, const std::uint8_t* row, std::int32_t* sums) {
  const std::int64_t channels = p.input_channels / p.groups;
  const std::int64_t width = p.kernel_width + 1;
  for (std::int64_t y = 0; y < p.kernel_height; ++y) {
    for (std::int64_t x = 0; x < p.kernel_width; ++x) {
      sums[(y + 1) * width + x + 1] = sums[y * width + x + 1] + sums[(y + 1) * width + x] -
                                      sums[y * width + x] +
                                      tap_sum(row, (y * p.kernel_width + x) * channels, channels);
    }
  }
}

void write_sums(const ConvolutionProblem& p, const TiledForm& form, const Sections& s,
                const ConvolutionConstants& constants, std::uint8_t* packed) {
  const std::size_t canonical_bytes = size((convolution_depth(p) + 7) / 8);
  const std::size_t entries = size((p.kernel_height + 1) * (p.kernel_width + 1));
  auto* sums = reinterpret_cast<std::int32_t*>(packed + s.weight_sums);
  auto* outside = reinterpret_cast<std::int32_t*>(packed + s.outside);
  for (std::size_t o = 0; o < size(p.output_channels); ++o) {
    const std::uint8_t* row = constants.weight_rows + o * canonical_bytes;
    sums[o] = tap_sum(row, 0, convolution_depth(p));
    if (corrects_border(p, form)) write_outside(p, row, outside + o * entries);
  }
}

template <typename Number>
void write_constants(const Number* values, std::size_t count, std::uint8_t* section) {
  if (values != nullptr) std::memcpy(section, values, count * sizeof(Number));
}

}  // namespace

bool accepts_tiled(const ConvolutionProblem& p, const TiledForm& form) {
  const Depth d = depth_of(p, form);
  const bool bits = p.epilogue == ConvolutionEpilogue::threshold_b1;
  if (bits && p.groups > 1 && p.output_channels / p.groups % 32 != 0) return false;
  const std::int64_t rows = std::int64_t{p.input_height} + p.kernel_height * std::int64_t{p.dilation_height};
  const std::int64_t columns = std::int64_t{p.input_width} + p.kernel_width * std::int64_t{p.dilation_width};
  return std::int64_t{p.pool_height} * p.pool_width <= kMostPooled && p.groups < 65536 &&
         rows * columns * d.pixel_bytes < INT32_MAX && rows < kFarthest && columns < kFarthest &&
         convolution_depth(p) * p.output_channels < std::int64_t{1} << 40;
}

std::size_t tiled_packed_bytes(const ConvolutionProblem& p, const TiledForm& form) {
  return sections_of(p, form).end;
}

void pack_tiled(const ConvolutionProblem& p, const TiledForm& form, const ConvolutionConstants& constants,
                void* packed) {
  const Depth d = depth_of(p, form);
  const Sections s = sections_of(p, form);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  const std::size_t outputs = size(p.output_channels);
  write_weights(p, form, d, s.row_bytes, constants, bytes);
  auto* taps = reinterpret_cast<Tap*>(bytes + s.taps);
  for (std::int64_t g = 0; g < (d.masked ? p.groups : 1); ++g)
    write_taps(p, d, g, taps + g * d.taps_per_group);
  if (form.activation_bits == 1) write_sums(p, form, s, constants, bytes);
  if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
    write_constants(constants.threshold, outputs, bytes + s.threshold);
    write_constants(constants.flip, outputs, bytes + s.flip);
  } else if (p.epilogue != ConvolutionEpilogue::raw_s32) {
    write_constants(constants.scale, outputs, bytes + s.scale);
    write_constants(constants.bias, outputs, bytes + s.bias);
  }
}

TiledParameters tiled_parameters(const DeviceConvolutionCall& call, const TiledForm& form) {
  const ConvolutionProblem& p = call.problem;
  const Depth d = depth_of(p, form);
  const Sections s = sections_of(p, form);
  const auto* bytes = static_cast<const std::uint8_t*>(call.packed);
  const auto numbers = [&](std::size_t offset) {
    return reinterpret_cast<const std::int32_t*>(bytes + offset);
  };
  const auto floats = [&](std::size_t offset) { return reinterpret_cast<const float*>(bytes + offset); };
  TiledParameters t{};
  t.input = static_cast<const std::uint8_t*>(call.input);
  t.weights = reinterpret_cast<const std::uint32_t*>(bytes);
  t.taps = reinterpret_cast<const Tap*>(bytes + s.taps);
  t.weight_sums = numbers(s.weight_sums);
  t.outside = corrects_border(p, form) ? numbers(s.outside) : nullptr;
  t.threshold = numbers(s.threshold);
  t.flip = bytes + s.flip;
  t.scale = floats(s.scale);
  t.bias = floats(s.bias);
  t.output = call.output;
  t.image_bytes = std::int64_t{p.input_height} * p.input_width * d.pixel_bytes;
  t.pixels = call.batch * p.output_height * p.output_width;
  t.input_height = p.input_height;
  t.input_width = p.input_width;
  t.pixel_bytes = static_cast<std::int32_t>(d.pixel_bytes);
  t.group_bytes = static_cast<std::int32_t>(d.group_bytes);
  t.taps_per_group = d.masked ? static_cast<std::int32_t>(d.taps_per_group) : 0;
  t.stages = static_cast<std::int32_t>(d.stages);
  t.groups = p.groups;
  t.group_outputs = p.output_channels / p.groups;
  t.outputs = p.output_channels;
  t.output_height = p.output_height;
  t.output_width = p.output_width;
  t.pool_width = p.pool_width;
  t.pool_area = p.pool_height * p.pool_width;
  t.stride_height = p.stride_height;
  t.stride_width = p.stride_width;
  t.pad_top = p.pad_top;
  t.pad_left = p.pad_left;
  t.kernel_height = p.kernel_height;
  t.kernel_width = p.kernel_width;
  t.dilation_height = p.dilation_height;
  t.dilation_width = p.dilation_width;
  t.depth = static_cast<std::int32_t>(convolution_depth(p));
  t.granule = d.granule;
  t.epilogue = p.epilogue;
  t.unsigned_input = p.input_low >= 0;
  t.output_low = p.output_low;
  t.output_high = p.output_high;
  return t;
}

}  // namespace bitplace::cuda
