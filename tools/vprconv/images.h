// The images that calibration and verification look at.
#pragma once

#include <string>
#include <vector>

#include "bitplace/describer.h"
#include "bitplace/result.h"
#include "graph/model_contents.h"

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

// A describer of a model that is in no file yet.
Result<Describer> describer_of(const ModelContents& contents);

}  // namespace bitplace::tools
