// Places that training never sees, to tell how well a network recognises new ones while it learns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "evaluation/ground_truth.h"
#include "evaluation/retrieval.h"
#include "vprtrain/data/dataset.h"

namespace bitplace::train {

struct ValidationSet {
  std::vector<std::string> references;  // paths
  std::vector<std::string> queries;
  tools::GroundTruth truth;  // of a collection's queries only references of the same collection are right
};

// Takes the last `share` of every collection's places out of the set, in their order, and with them the
// neighbours of those that are left, which go nowhere. Of a held-out place the images of role "ref" (or the
// first image, where no role says so) are references, the others queries. Neighbours of the right place are
// right.
Result<ValidationSet> hold_out(Dataset* dataset, double share);

// Two folders and their gt.csv, as vprplace eval takes them; `split` is FILE:NAME or empty.
Result<ValidationSet> read_validation(const std::string& references, const std::string& queries,
                                      const std::string& truth, const std::string& split);

// Figures of descriptors, row by row, references and queries in the set's order, compared by cosine.
Result<tools::RetrievalFigures> recall_of(const ValidationSet& set, const std::vector<float>& references,
                                          const std::vector<float>& queries, std::int64_t dimension);

}  // namespace bitplace::train
