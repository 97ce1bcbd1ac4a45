// One image on its way through the preprocessing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"
#include "graph/model_contents.h"
#include "image/filter_columns.h"
#include "kernels/normalize/normalize.h"
#include "kernels/resample/resample.h"
#include "kernels/resize/resize.h"

namespace bitplace {

struct ImageKernels {
  const ResizeKernel* resize;
  const ResampleKernel* resample;
  const NormalizeKernel* normalize;  // null: the input is u8
  const NormalizeMap* map;
};

// Columns and `parts` times the rows on their way.
std::size_t pass_scratch_bytes(const Preprocessing& rules, int parts);

// Parts share the columns, which the constructor arranges, and have rows of their own.
class ImagePass {
 public:
  ImagePass(const Preprocessing& rules, const ImageKernels& kernels, const ImageView& image, void* out,
            void* scratch, int parts);

  // The output's rows that belong to a part: all of their columns, or those that are arranged.
  void run(std::int64_t part) const;

  // Arranges the next columns, once all parts have run; false if there are none. Only an image that is very
  // much wider than the output has any.
  bool next_columns();

 private:
  enum class Method { copy, gather, blend, filter };

  // A row of blended columns and the source row that it was made of.
  struct BlendedRow {
    std::int16_t* data;
    int source = -1;
  };

  void arrange_columns();
  void arrange_filter(int begin);
  void blend_source(int y, BlendedRow* row) const;
  void run_blend(int begin, int end, std::byte* rows) const;
  void run_gather(int begin, int end, std::byte* rows) const;
  void run_copy(int begin, int end) const;
  template <typename T>
  void run_filter(int begin, int end, std::byte* rows) const;

  const std::uint8_t* source_row(int y) const;
  std::int64_t row_elements() const;
  std::int64_t first_element(int y) const;
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
  ColumnBlock block_{};  // of the output: those that are made
};

}  // namespace bitplace
