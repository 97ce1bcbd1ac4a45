// Search for a precision per layer: a genetic algorithm after Algorithm 1 of Grainge et al. (RA-L 2024),
// "Design space exploration of low-bit quantized neural networks for visual place recognition".
//
// A genome names one precision for every layer with weights. The population evolves one child at a time: of a
// random sample the two best are crossed at one point, the child is mutated, each gene drawn anew from a
// distribution that leans to fewer bits where a layer is insensitive and to more where it is not, and takes
// the place of the sample's worst. No genome beyond the budget is ever evaluated.
//
// Other than in the code published with the paper, sensitivities are measured one layer at a time, the
// sample's second best is its second best, the budget may count bytes or milliseconds too, and one member of
// the first population comes from a greedy descent instead of chance.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "quantize/precision.h"

namespace bitplace {

// What a layer costs in one precision.
struct LayerCost {
  double bits = 0.0;  // of a weight
  double bytes = 0.0;
  double milliseconds = 0.0;
};

struct SearchedLayer {
  std::string name;
  std::vector<LayerCost> costs;  // one per choice
};

// Upper bounds: the mean of the layers' bits, the sums of their bytes and milliseconds.
struct SearchBudget {
  std::optional<double> bits, bytes, milliseconds;
};

// w4a8, int8 and fp16.
std::vector<Precision> default_choices();

struct SearchOptions {
  std::vector<Precision> choices = default_choices();  // bits rising
  SearchBudget budget;
  int population = 16;
  int sample = 8;
  int evaluations = 600;       // children beyond the first population
  double mutation_rate = 0.2;  // of a gene
  double skew = 0.15;          // tau: how far a layer's sensitivity leans its distribution
  std::uint64_t seed = 1;
};

// One digit per layer: the index of its choice.
using Genome = std::string;

struct SearchCandidate {
  Genome genome;
  LayerCost cost;  // mean bits, summed bytes and milliseconds
  double error = 0.0;
};

struct SearchResult {
  SearchCandidate best;
  std::vector<SearchCandidate> evaluated;  // each genome once, in the order of evaluation
  std::vector<double> sensitivity;         // per layer: error with it alone at the fewest bits
};

// The error of a genome, at least 0, smaller is better. The same genome must always give the same number.
using GenomeError = std::function<Result<double>(const Genome& genome)>;
// `best` is the smallest error so far within the budget; infinite before there is one.
using SearchProgress = std::function<void(std::size_t evaluations, std::size_t total, double best)>;

// Errors: a budget that even the fewest bits exceed, with what they take; those of `error`.
// The result depends on the layers, the options and the errors alone: a search that was interrupted and runs
// again with an `error` that remembers what it answered ends where it would have ended.
Result<SearchResult> search_precisions(const std::vector<SearchedLayer>& layers, const SearchOptions& options,
                                       const GenomeError& error, const SearchProgress& progress = {});

LayerCost cost_of(const std::vector<SearchedLayer>& layers, const Genome& genome);
PrecisionMap precision_map_of(const std::vector<SearchedLayer>& layers, const SearchOptions& options,
                              const Genome& genome);

}  // namespace bitplace
