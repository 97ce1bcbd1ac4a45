// Walks the segments of a JPEG file from its start to its end marker.

#include "core/error.h"
#include "image/probe.h"

namespace bitplace {
namespace {

constexpr unsigned kStartOfFrame0 = 0xc0;
constexpr unsigned kStartOfFrame2 = 0xc2;
constexpr unsigned kStartOfFrame15 = 0xcf;
constexpr unsigned kHuffmanTables = 0xc4;
constexpr unsigned kArithmeticTables = 0xcc;
constexpr unsigned kReservedFrame = 0xc8;
constexpr unsigned kStartOfImage = 0xd8;
constexpr unsigned kEndOfImage = 0xd9;
constexpr unsigned kStartOfScan = 0xda;
constexpr unsigned kApplication1 = 0xe1;
// A progressive file has about ten. Each costs a pass over the whole picture, however short its data.
constexpr int kMaxScans = 100;

Error corrupt(const std::string& why) {
  return make_error(ErrorCode::corrupt, "JPEG", why);
}
Error unsupported(const std::string& why) {
  return make_error(ErrorCode::unsupported, "JPEG", why);
}

bool is_frame(unsigned marker) {
  return marker >= kStartOfFrame0 && marker <= kStartOfFrame15 && marker != kHuffmanTables &&
         marker != kArithmeticTables && marker != kReservedFrame;
}

bool has_length(unsigned marker) {
  const bool alone = marker == 0x01 || (marker >= 0xd0 && marker <= kStartOfImage);
  return !alone;
}

class JpegWalk {
 public:
  explicit JpegWalk(ByteSpan bytes) : bytes_(bytes) {}

  Result<ImageFacts> run() {
    unsigned marker = 0;
    for (;;) {
      if (!next_marker(&marker)) return corrupt("truncated: no end marker");
      if (marker == kEndOfImage) break;
      if (!has_length(marker)) continue;
      ByteSpan segment;
      if (!next_segment(&segment)) return corrupt("truncated inside a segment");
      BITPLACE_TRY(read_segment(marker, segment));
    }
    if (!has_frame_) return corrupt("no frame header");
    if (scans_ == 0) return corrupt("no picture data");
    // An entropy-coded block of 8x8 pixels takes at least one bit.
    const std::uint64_t pixels = std::uint64_t{facts_.width} * facts_.height;
    if (pixels / 512 > bytes_.size()) return corrupt("too short for its size");
    return facts_;
  }

 private:
  unsigned byte_at(std::size_t index) const { return std::to_integer<unsigned>(bytes_[index]); }

  // The next 0xff that is followed by a marker: in entropy-coded data 0xff is followed by 0 or a restart
  // marker.
  bool next_marker(unsigned* marker) {
    for (; position_ + 1 < bytes_.size(); ++position_) {
      const unsigned second = byte_at(position_ + 1);
      if (byte_at(position_) == 0xff && second != 0 && second != 0xff) {
        *marker = second;
        position_ += 2;
        return true;
      }
    }
    return false;
  }

  bool next_segment(ByteSpan* segment) {
    if (bytes_.size() - position_ < 2) return false;
    const std::size_t length = byte_at(position_) << 8 | byte_at(position_ + 1);
    if (length < 2 || length > bytes_.size() - position_) return false;
    *segment = bytes_.subspan(position_ + 2, length - 2);
    position_ += length;
    return true;
  }

  Status read_segment(unsigned marker, ByteSpan segment) {
    if (is_frame(marker)) return read_frame(marker, segment);
    if (marker == kStartOfScan) {
      if (!has_frame_) return corrupt("picture data before the frame header");
      if (++scans_ > kMaxScans) return unsupported("more than " + std::to_string(kMaxScans) + " scans");
    }
    if (marker == kHuffmanTables) return read_huffman_tables(segment);
    constexpr std::string_view kExif("Exif\0\0", 6);
    if (marker == kApplication1 && segment.size() > kExif.size() &&
        std::memcmp(segment.data(), kExif.data(), kExif.size()) == 0) {
      facts_.orientation = exif_orientation(segment.subspan(kExif.size()));
    }
    return {};
  }

  // A table has at most 256 codes, and stb_image relies on it.
  static Status read_huffman_tables(ByteSpan segment) {
    constexpr std::size_t kLengths = 16;
    while (!segment.empty()) {
      if (segment.size() < 1 + kLengths) return corrupt("truncated Huffman table");
      std::size_t codes = 0;
      for (std::size_t i = 1; i <= kLengths; ++i)
        codes += std::to_integer<std::size_t>(segment[i]);
      if (codes > 256 || codes > segment.size() - 1 - kLengths) return corrupt("Huffman table too long");
      segment = segment.subspan(1 + kLengths + codes);
    }
    return {};
  }

  Status read_frame(unsigned marker, ByteSpan segment) {
    if (has_frame_) return unsupported("more than one frame header");
    if (marker > kStartOfFrame2) return unsupported("lossless, hierarchical or arithmetic coding");
    if (segment.size() < 6) return corrupt("truncated frame header");
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(segment[i]); };
    if (at(0) != 8) return unsupported(std::to_string(at(0)) + " bits per sample");
    facts_.height = at(1) << 8 | at(2);
    facts_.width = at(3) << 8 | at(4);
    const unsigned components = at(5);
    if (components == 4) return unsupported("four components (CMYK): convert the file to RGB");
    if (components != 1 && components != 3) return unsupported(std::to_string(components) + " components");
    facts_.gray = components == 1;
    has_frame_ = true;
    return {};
  }

  ByteSpan bytes_;
  std::size_t position_ = 2;
  ImageFacts facts_;
  bool has_frame_ = false;
  int scans_ = 0;
};

}  // namespace

Result<ImageFacts> probe_jpeg(ByteSpan bytes) {
  return JpegWalk(bytes).run();
}

}  // namespace bitplace
