#include "image/jpeg_decoder.h"

#include <csetjmp>
#include <cstdio>

// jpeglib.h needs size_t and FILE to be declared before it.
#include <jpeglib.h>

#include <jerror.h>

namespace bitplace {
namespace {

// A progressive file can hold thousands of scans, each of which costs a pass over the whole picture.
constexpr int kMostScans = 100;

// What libjpeg calls back with: its error manager comes first, so that a pointer to it is a pointer to this.
struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf failed;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void fail(j_common_ptr decoder) {
  auto* errors = reinterpret_cast<JpegErrors*>(decoder->err);
  decoder->err->format_message(decoder, errors->message);
  std::longjmp(errors->failed, 1);
}

// Warnings mean that data is damaged and pixels were made up for it, but for these, which are about the
// wrapping.
bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM || warning == JWRN_JFIF_MAJOR;
}

void on_message(j_common_ptr decoder, int level) {
  if (level < 0 && !is_harmless(decoder->err->msg_code)) fail(decoder);
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr decoder) {
  if (decoder->is_decompressor == 0) return;
  const auto* decompressor = reinterpret_cast<const jpeg_decompress_struct*>(decoder);
  if (decompressor->input_scan_number <= kMostScans) return;
  auto* errors = reinterpret_cast<JpegErrors*>(decoder->err);
  std::snprintf(errors->message, sizeof errors->message, "more than %d scans", kMostScans);
  std::longjmp(errors->failed, 1);
}

// Nothing in here has a destructor: longjmp leaves it from the middle of libjpeg.
bool decode(jpeg_decompress_struct* decoder, JpegErrors* errors, ByteSpan bytes, const ImageFacts& facts,
            std::uint8_t* pixels) {
  if (setjmp(errors->failed) != 0) return false;
  jpeg_create_decompress(decoder);
  decoder->mem->max_memory_to_use = 1L << 30;
  jpeg_progress_mgr progress{};
  progress.progress_monitor = on_progress;
  decoder->progress = &progress;
  jpeg_mem_src(decoder, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(decoder, TRUE);
  decoder->out_color_space = facts.gray ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(decoder);
  const int components = facts.gray ? 1 : 3;
  if (decoder->output_width != facts.width || decoder->output_height != facts.height ||
      decoder->output_components != components) {
    std::snprintf(errors->message, sizeof errors->message,
                  "the decoder and the header disagree about the size");
    return false;
  }
  const std::size_t row_bytes = std::size_t{facts.width} * static_cast<std::size_t>(components);
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW row = pixels + decoder->output_scanline * row_bytes;
    jpeg_read_scanlines(decoder, &row, 1);
  }
  jpeg_finish_decompress(decoder);
  return true;
}

}  // namespace

bool decode_jpeg(ByteSpan bytes, const ImageFacts& facts, std::uint8_t* pixels, std::string* reason) {
  jpeg_decompress_struct decoder{};
  JpegErrors errors{};
  decoder.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = fail;
  errors.manager.emit_message = on_message;
  errors.manager.output_message = on_output;
  const bool decoded = decode(&decoder, &errors, bytes, facts, pixels);
  decoder.progress = nullptr;
  jpeg_destroy_decompress(&decoder);
  if (!decoded) *reason = errors.message;
  return decoded;
}

}  // namespace bitplace
