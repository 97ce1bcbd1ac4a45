// A small TFLite file in memory: image -> CONV_2D -> LceQuantize -> LceBconv2d -> MAX_POOL_2D, with every
// detail open to change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace bitplace::test {

struct TfliteFileTensor {
  std::string name;
  int type = 0;  // TFLite's number
  std::vector<std::int32_t> shape;
  std::vector<std::uint8_t> data;
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::int32_t quantized_dimension = 0;
  bool sparse = false;
  std::int64_t buffer = -1;  // the index that is written; its own buffer if negative
};

struct TfliteFileOperator {
  std::uint32_t code = 0;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::vector<std::pair<std::string, int>> custom_options;  // a FlexBuffer map, if not empty
  std::string raw_custom_options;                           // instead of the map, if not empty
};

struct TfliteFileCode {
  int old_code = 0;
  int code = 0;
  std::string custom_name;
};

struct TfliteFile {
  std::uint32_t version = 3;
  int subgraphs = 1;
  std::vector<TfliteFileCode> codes;
  std::vector<TfliteFileTensor> tensors;
  std::vector<TfliteFileOperator> operators;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
};

TfliteFile small_tflite_file();
// image u8 -> QUANTIZE -> CONV_2D -> PAD -> DEPTHWISE_CONV_2D -> MEAN -> LOGISTIC -> MUL -> ADD ->
// MAX_POOL_2D
TfliteFile small_real_tflite_file();

// CONV_2D, DEPTHWISE_CONV_2D and MAX_POOL_2D operators get options: stride 2 (1 for depthwise), padding
// VALID, pool 3 high, 2 wide; ADD and MUL no activation.
std::vector<std::byte> to_bytes(const TfliteFile& file);

}  // namespace bitplace::test
