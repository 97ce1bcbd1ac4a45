#include "quantize/precision_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/number_text.h"
#include "core/split_mix.h"

namespace bitplace {
namespace {

constexpr int kMostMutations = 1000;  // before a child that stays too expensive is cut down

std::size_t choice_of(char gene) {
  return static_cast<std::size_t>(gene - '0');
}
char gene_of(std::size_t choice) {
  return static_cast<char>('0' + choice);
}

class Search {
 public:
  Search(const std::vector<SearchedLayer>& layers, const SearchOptions& options, const GenomeError& error,
         const SearchProgress& progress)
      : layers_(layers),
        options_(options),
        error_(error),
        progress_(progress),
        random_(options.seed),
        top_(gene_of(options.choices.size() - 1)) {
    total_ = layers.size() + static_cast<std::size_t>(options.population + options.evaluations);
  }

  Result<SearchResult> run() {
    BITPLACE_TRY(check_budget());
    BITPLACE_TRY(measure_sensitivity());
    BITPLACE_TRY(populate());
    for (int i = 0; i < options_.evaluations; ++i)
      BITPLACE_TRY(replace_one());
    const auto best = std::min_element(population_.begin(), population_.end(), less_error);
    result_.best = *best;
    return std::move(result_);
  }

 private:
  static bool less_error(const SearchCandidate& a, const SearchCandidate& b) { return a.error < b.error; }

  bool fits(const LayerCost& cost) const {
    const SearchBudget& budget = options_.budget;
    const auto within = [](const std::optional<double>& bound, double value) {
      return !bound || value <= *bound * (1.0 + 1e-12);
    };
    return within(budget.bits, cost.bits) && within(budget.bytes, cost.bytes) &&
           within(budget.milliseconds, cost.milliseconds);
  }
  bool fits(const Genome& genome) const { return fits(cost_of(layers_, genome)); }

  // The genome that is cheapest in every respect: fewest bits are not always fewest milliseconds.
  Status check_budget() const {
    const Genome fewest(layers_.size(), '0');
    const LayerCost cost = cost_of(layers_, fewest);
    if (fits(cost)) return {};
    return make_error(ErrorCode::invalid_argument, "budget",
                      "cannot be kept: with the fewest bits everywhere the layers take " +
                          number_text(cost.bits, 4) + " bits on average, " + number_text(cost.bytes, 4) +
                          " bytes and " + number_text(cost.milliseconds, 4) + " ms");
  }

  Result<double> evaluate(const Genome& genome) {
    ++done_;
    const auto known = errors_.find(genome);
    if (known != errors_.end()) {
      report();
      return known->second;
    }
    BITPLACE_ASSIGN(error, error_(genome));
    if (!(error >= 0.0)) error = std::numeric_limits<double>::infinity();
    errors_[genome] = error;
    const SearchCandidate candidate = {genome, cost_of(layers_, genome), error};
    result_.evaluated.push_back(candidate);
    if (fits(candidate.cost)) best_error_ = std::min(best_error_, error);
    report();
    return error;
  }

  void report() const {
    if (progress_) progress_(done_, total_, best_error_);
  }

  Status measure_sensitivity() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Genome genome(layers_.size(), top_);
      genome[i] = '0';
      BITPLACE_ASSIGN(error, evaluate(genome));
      result_.sensitivity.push_back(error);
    }
    const auto [least, most] = std::minmax_element(result_.sensitivity.begin(), result_.sensitivity.end());
    for (const double error : result_.sensitivity)
      sensitivity_.push_back(*most > *least ? (error - *least) / (*most - *least) : 0.0);
    return {};
  }

  // Uniform but for the lean: the fewest bits lose skew * sensitivity of their share to the most.
  char draw(std::size_t layer) {
    const double share = 1.0 / static_cast<double>(options_.choices.size());
    const double lean = options_.skew * sensitivity_[layer];
    double rest = random_.unit();
    for (std::size_t choice = 0; choice + 1 < options_.choices.size(); ++choice) {
      rest -= choice == 0 ? share - lean : share;
      if (rest < 0.0) return gene_of(choice);
    }
    return top_;
  }

  void mutate(Genome* genome) {
    for (int round = 0; round == 0 || !fits(*genome); ++round) {
      for (std::size_t i = 0; i < genome->size(); ++i) {
        if (random_.unit() < options_.mutation_rate) (*genome)[i] = draw(i);
      }
      if (round == kMostMutations) return cut_down(genome);
    }
  }

  // Takes bits from the least sensitive layers until the genome fits.
  void cut_down(Genome* genome) const {
    std::vector<std::size_t> order(layers_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sensitivity_[a] < sensitivity_[b]; });
    while (!fits(*genome)) {
      for (const std::size_t layer : order) {
        if ((*genome)[layer] == '0') continue;
        --(*genome)[layer];
        if (fits(*genome)) return;
      }
    }
  }

  Status add_member(const Genome& genome) {
    BITPLACE_ASSIGN(error, evaluate(genome));
    population_.push_back({genome, cost_of(layers_, genome), error});
    return {};
  }

  Status populate() {
    Genome greedy(layers_.size(), top_);
    cut_down(&greedy);
    BITPLACE_TRY(add_member(greedy));
    while (population_.size() < static_cast<std::size_t>(options_.population)) {
      Genome genome(layers_.size(), '0');
      for (std::size_t i = 0; i < genome.size(); ++i)
        genome[i] = draw(i);
      if (!fits(genome)) mutate(&genome);
      BITPLACE_TRY(add_member(genome));
    }
    return {};
  }

  // Of a random sample without repetition: the best, the second best and the worst.
  Status replace_one() {
    std::vector<std::size_t> members(population_.size());
    std::iota(members.begin(), members.end(), std::size_t{0});
    const auto sample = static_cast<std::size_t>(std::min(options_.sample, options_.population));
    for (std::size_t i = 0; i < sample; ++i)
      std::swap(members[i], members[i + random_.below(members.size() - i)]);
    members.resize(sample);
    std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return population_[a].error < population_[b].error;
    });
    Genome child = cross(population_[members[0]].genome, population_[members[1 % sample]].genome);
    mutate(&child);
    BITPLACE_ASSIGN(error, evaluate(child));
    population_[members.back()] = {child, cost_of(layers_, child), error};
    return {};
  }

  // One cut between 10 and 90 % of the length.
  Genome cross(const Genome& first, const Genome& second) {
    const std::size_t margin = first.size() / 10;
    const std::size_t cut = margin + random_.below(std::max<std::size_t>(1, first.size() - 2 * margin));
    return first.substr(0, cut) + second.substr(cut);
  }

  const std::vector<SearchedLayer>& layers_;
  const SearchOptions& options_;
  const GenomeError& error_;
  const SearchProgress& progress_;
  SplitMix64 random_;
  char top_;                         // the gene of the most bits
  std::vector<double> sensitivity_;  // 0 to 1
  std::vector<SearchCandidate> population_;
  std::map<Genome, double> errors_;
  std::size_t done_ = 0, total_ = 0;
  double best_error_ = std::numeric_limits<double>::infinity();
  SearchResult result_;
};

Status check(const std::vector<SearchedLayer>& layers, const SearchOptions& options) {
  const auto invalid = [](const char* what, const char* why) {
    return make_error(ErrorCode::invalid_argument, what, why);
  };
  if (layers.empty()) return invalid("search", "the network has no layer with weights");
  if (options.choices.size() < 2 || options.choices.size() > 5)
    return invalid("search", "needs two to five precisions to choose from");
  for (const SearchedLayer& layer : layers) {
    if (layer.costs.size() != options.choices.size()) return invalid("search", "a layer's costs are missing");
  }
  if (options.population < 2 || options.sample < 2 || options.evaluations < 0)
    return invalid("search", "needs a population and a sample of at least 2");
  return {};
}

}  // namespace

std::vector<Precision> default_choices() {
  return {Precision::w4a8, Precision::int8, Precision::fp16};
}

LayerCost cost_of(const std::vector<SearchedLayer>& layers, const Genome& genome) {
  LayerCost sum;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerCost& cost = layers[i].costs[choice_of(genome[i])];
    sum.bits += cost.bits;
    sum.bytes += cost.bytes;
    sum.milliseconds += cost.milliseconds;
  }
  sum.bits /= static_cast<double>(layers.size());
  return sum;
}

PrecisionMap precision_map_of(const std::vector<SearchedLayer>& layers, const SearchOptions& options,
                              const Genome& genome) {
  PrecisionMap map;
  map.otherwise = options.choices.back();
  for (std::size_t i = 0; i < layers.size(); ++i)
    map.layers[layers[i].name] = options.choices[choice_of(genome[i])];
  return map;
}

Result<SearchResult> search_precisions(const std::vector<SearchedLayer>& layers, const SearchOptions& options,
                                       const GenomeError& error, const SearchProgress& progress) {
  BITPLACE_TRY(check(layers, options));
  return Search(layers, options, error, progress).run();
}

}  // namespace bitplace
