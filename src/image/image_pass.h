// One image on its way through the preprocessing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "kernels/normalize/normalize.h"
#include "kernels/resize/resize.h"

namespace bitplace {

struct ImageKernels {
  const ResizeKernel* resize;
  const NormalizeKernel* normalize;  // null: the input is u8
  const NormalizeMap* map;
};

// For outputs of this width; columns and `parts` times the rows on their way.
std::size_t pass_scratch_bytes(int width, int parts);

// Parts share the columns, which the constructor arranges, and have rows of their own.
class ImagePass {
 public:
  ImagePass(const Preprocessing& rules, const ImageKernels& kernels, const ImageView& image, void* out,
            void* scratch, int parts);

  // The output's rows that belong to a part.
  void run(std::int64_t part) const;

 private:
  enum class Method { copy, gather, blend };

  // A row of blended columns and the source row that it was made of.
  struct BlendedRow {
    std::int16_t* data;
    int source = -1;
  };

  void arrange_columns();
  void blend_source(int y, BlendedRow* row) const;
  void run_blend(int begin, int end, std::byte* rows) const;
  void run_gather(int begin, int end, std::byte* rows) const;
  void run_copy(int begin, int end) const;

  const std::uint8_t* source_row(int y) const;
  std::int64_t row_elements() const;
  std::uint8_t* bytes_of_row(int y, std::byte* rows) const;
  void finish_row(int y, const std::uint8_t* bytes) const;
  void normalize_row(int y, const std::uint8_t* bytes) const;

  const Preprocessing& rules_;
  ImageKernels kernels_;
  ImageView image_;  // stride filled in
  std::byte* out_;
  std::byte* scratch_;
  int parts_;
  Method method_;
  ResizeColumns columns_{};
};

}  // namespace bitplace
