// The images that calibration and verification look at.
#pragma once

#include <string>
#include <vector>

#include "bitplace/describer.h"
#include "bitplace/result.h"
#include "graph/model_contents.h"
#include "quantize/calibration_images.h"

namespace bitplace::tools {

struct ImageList {
  std::vector<std::string> paths;
  std::vector<double> weights;  // of the paths: datasets of a CSV file count alike, however large
  std::size_t datasets = 1;
  std::size_t found = 0;  // more than paths where only some are used
};

// The images below a folder, or those that a CSV file lists in its column "path", relative to its own folder;
// a column "dataset" says which images belong together.
// Of more than `most` as many are taken, evenly spaced. None at all is an error.
Result<ImageList> find_images(const std::string& folder_or_csv, std::size_t most);

// "512 of 4750 images of train_pool.csv"
std::string images_text(const std::string& folder_or_csv, const ImageList& list);

// A hash of all the listed files: whether two runs see the same images.
Result<std::string> images_digest(const ImageList& list);

// The listed images as the library's statistics take them; `list` is copied.
CalibrationImages calibration_images(const ImageList& list);

// A describer of a model that is in no file yet.
Result<Describer> describer_of(const ModelContents& contents);

}  // namespace bitplace::tools
