// What a candidate of a search does to the descriptors of some images.
#pragma once

#include "graph/model_contents.h"
#include "quantize/descriptor_error.h"

namespace bitplace::tools {

// Images in memory, since each candidate describes all of them, with the float model's descriptors.
class SearchJudge {
 public:
  // Reads the images.
  Status set_images(const CalibrationImages& images);
  Status set_expected(const ModelContents& float_model);

  // The mean squared difference between the model's L2-normalised descriptors and those expected.
  Result<double> error_of(const ModelContents& model) const;
  std::size_t image_count() const { return images_.size(); }

 private:
  CalibrationImages images_;
  Descriptors expected_;
};

}  // namespace bitplace::tools
