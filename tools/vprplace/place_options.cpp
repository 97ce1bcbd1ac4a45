#include "vprplace/place_options.h"

namespace bitplace::tools {

void add_place_options(CommandLine& command, EvaluationRequest* request) {
  command.set_help("--threads", "Threads that share one picture's work, and the search");
  command.add_option("--ref", request->reference_folder, "Folder of the reference images")->required();
  command.add_option("--query", request->query_folder, "Folder of the query images")->required();
  command
      .add_option(
          "--gt", request->ground_truth,
          "Ground truth: CSV with the columns query_index,ref_indices; an index is the position in the "
          "sorted file list")
      ->required();
  command.add_option("--split", request->split,
                     "FILE:NAME: only the images whose row in the CSV FILE has NAME in its column 'split'");
}

}  // namespace bitplace::tools
