// vprconv search: which precision each layer of an fp32 model should have within a budget.
#include <cstdio>

#include "bitplace/cpu.h"
#include "bitplace/model.h"
#include "bitplace/version.h"
#include "core/error.h"
#include "core/file.h"
#include "quantize/choose_quantization.h"
#include "quantize/round_weights.h"
#include "vprconv/commands.h"
#include "vprconv/images.h"
#include "vprconv/layer_costs.h"
#include "vprconv/search_judge.h"
#include "vprconv/search_report.h"
#include "vprconv/search_state.h"
#include "vprconv/stage_bars.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kMostImages = 512;  // calibrating; the candidates see fewer
constexpr std::size_t kMostRoundingImages = 96;
constexpr std::size_t kHeldOutEvery = 4;

struct SearchCommandOptions {
  std::string model, output, calibrate, state, plot, json, four_bits = "w4a8";
  std::size_t images = 24;
  SearchOptions search;
};

class SearchRun {
 public:
  explicit SearchRun(const SearchCommandOptions& options) : options_(options) {}

  Status run() {
    BITPLACE_TRY(check_files());
    BITPLACE_TRY(check_bits());
    BITPLACE_TRY(load());
    SearchState state(options_.state, question());
    BITPLACE_TRY(state.load());
    BITPLACE_TRY(calibrate());
    BITPLACE_TRY(settle_costs(&state));
    if (state.size() > 0)
      std::printf("going on from %s: %zu mixes are known\n", options_.state.c_str(), state.size());
    const GenomeError error = [&](const Genome& genome) -> Result<double> {
      if (const std::optional<double> known = state.find(genome)) return *known;
      BITPLACE_ASSIGN(found, error_of(genome, searching_));
      BITPLACE_TRY(state.add(genome, found));
      return found;
    };
    StageBars bars;
    BITPLACE_ASSIGN(result, search_precisions(layers_, options_.search, error,
                                              [&](std::size_t done, std::size_t total, double) {
                                                bars("search", done, total);
                                              }));
    BITPLACE_TRY(state.save());
    BITPLACE_TRY(compare(result));
    const PrecisionMap precisions = precisions_of(result.best.genome);
    BITPLACE_TRY(write_precision_map(options_.output, precisions));
    return report({options_.model, identity_, network_.name, options_.output, layers_, options_.search,
                   std::move(result), precisions, rows_, searching_.image_count(), held_out_.image_count()});
  }

 private:
  Status report(const SearchReport& report) const {
    print_search(report);
    if (!options_.plot.empty()) BITPLACE_TRY(write_search_plot(options_.plot, report));
    if (!options_.json.empty()) BITPLACE_TRY(write_json(options_.json, search_json(report)));
    return {};
  }

  // What would otherwise fail after the work is done.
  Status check_files() const {
    BITPLACE_TRY(check_writable(options_.output));
    for (const std::string& path : {options_.state, options_.plot, options_.json})
      if (!path.empty()) BITPLACE_TRY(check_writable(path));
    return {};
  }

  // The one budget that needs no measuring.
  Status check_bits() const {
    const int fewest = weight_bits(options_.search.choices.front());
    const std::optional<double>& bits = options_.search.budget.bits;
    if (!bits || *bits >= static_cast<double>(fewest)) return {};
    return make_error(ErrorCode::invalid_argument, "--budget-bits",
                      "cannot be kept: there are no fewer than " + std::to_string(fewest) + " bits");
  }

  Status load() {
    BITPLACE_ASSIGN(model, Model::open(options_.model.c_str()));
    identity_ = model.identity();
    Result<RealNetwork> network = real_network_of(model.contents());
    if (!network.ok()) return with_context(network.error(), options_.model);
    network_ = *std::move(network);
    BITPLACE_ASSIGN(list, find_images(options_.calibrate, kMostImages));
    BITPLACE_ASSIGN(digest, images_digest(list));
    images_digest_ = std::move(digest);
    const SplitImages split = hold_out(calibration_images(list), kHeldOutEvery);
    calibrating_ = split.calibrating;
    for (const auto& [judge, images] :
         {std::pair(&searching_, &split.calibrating), std::pair(&held_out_, &split.held_out)}) {
      BITPLACE_TRY(judge->set_images(some_images(*images, options_.images)));
    }
    return {};
  }

  // Ranges by the method that int8 throughout is best with. Rounding weights together takes the mean of what
  // they lose into the biases; the rest of bias correction is for the result alone, when it is converted.
  Status calibrate() {
    StageBars bars;
    QuantizationTrials trials;
    trials.ranges = {{CalibrationMethod::min_max}, {CalibrationMethod::percentile}, {CalibrationMethod::mse}};
    trials.round_weights = trials.correct_biases = false;
    PrecisionMap int8;
    int8.otherwise = Precision::int8;
    BITPLACE_ASSIGN(chosen, choose_quantization(network_.graph, int8, real_model_maker(network_),
                                                calibrating_, trials, std::ref(bars)));
    network_.graph = std::move(chosen.quantization.folded);
    ranges_ = std::move(chosen.quantization.ranges);
    unsigned_codes_ = chosen.quantization.precisions.unsigned_codes;
    BITPLACE_TRY(round_choices(bars));
    BITPLACE_ASSIGN(model, make_float_model(network_));
    for (SearchJudge* judge : {&searching_, &held_out_})
      BITPLACE_TRY(judge->set_expected(model));
    return {};
  }

  Status settle_costs(SearchState* state) {
    if (state->costs().empty()) {
      BITPLACE_ASSIGN(costs,
                      measure_costs(network_, real_model_maker(network_), ranges_, options_.search.choices));
      BITPLACE_TRY(state->set_costs(costs));
    }
    layers_ = state->costs();
    return {};
  }

  // Weights rounded for every integer precision: candidates are put together from these.
  Status round_choices(StageBars& bars) {
    const CalibrationImages images = some_images(calibrating_, kMostRoundingImages);
    for (const Precision precision : options_.search.choices) {
      if (!is_integer(precision)) continue;
      PrecisionMap uniform;
      uniform.otherwise = precision;
      uniform.unsigned_codes = unsigned_codes_;
      const std::string stage = std::string("round weights, ") + precision_name(precision);
      BITPLACE_ASSIGN(rounded,
                      round_weights({network_.graph, uniform, ranges_}, real_model_maker(network_), images,
                                    [&](std::size_t done, std::size_t total) { bars(stage, done, total); }));
      rounded_[precision] = std::move(rounded);
    }
    return {};
  }

  PrecisionMap precisions_of(const Genome& genome) const {
    PrecisionMap precisions = precision_map_of(layers_, options_.search, genome);
    precisions.unsigned_codes = unsigned_codes_;
    return precisions;
  }

  Result<double> error_of(const Genome& genome, const SearchJudge& judge) const {
    const PrecisionMap precisions = precisions_of(genome);
    const Graph graph = combine_rounded(network_.graph, rounded_, precisions);
    BITPLACE_ASSIGN(model, real_model_maker(network_)(graph, precisions, ranges_));
    return judge.error_of(model);
  }

  // What the remembered errors and costs depend on. Float kernels round differently from one instruction set
  // to the next.
  std::string question() const {
    const Result<IsaFeatures> features = active_features();
    std::string text = std::string(BITPLACE_VERSION_STRING) + ", " +
                       isa_name(features.ok() ? *features : IsaFeatures{}) + ", model " + identity_ +
                       ", images " + images_digest_ + ", " + std::to_string(searching_.image_count()) +
                       " of " + std::to_string(calibrating_.size());
    for (const Precision precision : options_.search.choices)
      text += std::string(", ") + precision_name(precision);
    return text;
  }

  // The result beside each precision throughout.
  Status compare(const SearchResult& result) {
    const auto add = [&](const std::string& name, const Genome& genome) -> Status {
      BITPLACE_ASSIGN(error, error_of(genome, searching_));
      BITPLACE_ASSIGN(held_out, error_of(genome, held_out_));
      rows_.push_back({name, cost_of(layers_, genome), error, held_out});
      return {};
    };
    for (std::size_t choice = options_.search.choices.size(); choice-- > 0;) {
      BITPLACE_TRY(add(precision_name(options_.search.choices[choice]),
                       Genome(layers_.size(), static_cast<char>('0' + choice))));
    }
    return add("mixed", result.best.genome);
  }

  const SearchCommandOptions& options_;
  std::string identity_, images_digest_;
  RealNetwork network_;
  CalibrationImages calibrating_;
  SearchJudge searching_, held_out_;
  ActivationRanges ranges_;
  bool unsigned_codes_ = false;
  std::map<Precision, Graph> rounded_;  // the network, for one integer precision throughout
  std::vector<SearchedLayer> layers_;
  std::vector<SearchRow> rows_;
};

Status run_search(SearchCommandOptions options) {
  precision_from_name(options.four_bits, &options.search.choices.front());
  if (options.state.empty()) options.state = options.output + ".state";
  if (options.state == "none") options.state.clear();
  return SearchRun(options).run();
}

void check_budget(const SearchCommandOptions& options) {
  const SearchBudget& budget = options.search.budget;
  if (!budget.bits && !budget.bytes && !budget.milliseconds)
    throw UsageError("--budget-bits, --budget-bytes or --budget-ms is required");
  for (const auto& [name, bound] :
       {std::pair("--budget-bits", budget.bits), std::pair("--budget-bytes", budget.bytes),
        std::pair("--budget-ms", budget.milliseconds)}) {
    if (bound && !(*bound > 0.0)) throw UsageError(std::string(name) + ": must be a number above 0");
  }
}

}  // namespace

void add_search(Program& program) {
  const auto options = std::make_shared<SearchCommandOptions>();
  CommandLine& command = program.add_command(
      "search", "Finds a precision for each layer of an fp32 model that keeps a budget and the descriptors",
      [options] { return run_search(*options); });
  command.check_all([options] { check_budget(*options); });
  SearchBudget& budget = options->search.budget;
  command.add_option("model", options->model, "An fp32 model")->required();
  command.add_option("-o,--output", options->output, "The precisions, as JSON for convert --precision")
      ->required();
  command
      .add_option("--calibrate", options->calibrate, "A folder of images, or a CSV file with a column 'path'")
      ->required();
  command.add_option("--budget-bits", budget.bits, "Bits of a weight, mean over the layers");
  command.add_option("--budget-bytes", budget.bytes, "Bytes of all layers' constants in the file");
  command.add_option("--budget-ms", budget.milliseconds,
                     "Milliseconds of all layers with weights on this machine, one thread");
  command.add_option("--int4", options->four_bits, "What four bits mean: for weights, or for both")
      ->check(one_of({"w4a8", "w4a4"}))
      ->show_default();
  command.add_option("--images", options->images, "How many images each candidate is judged on")
      ->check(in_range(std::size_t{1}, std::size_t{4096}))
      ->show_default();
  command.add_option("--evaluations", options->search.evaluations, "Mixes tried beyond the first population")
      ->check(in_range(0, 1000000))
      ->show_default();
  command.add_option("--population", options->search.population, "Mixes alive at a time")
      ->check(in_range(2, 10000))
      ->show_default();
  command.add_option("--sample", options->search.sample, "Members that compete at each step")
      ->check(in_range(2, 10000))
      ->show_default();
  command.add_option("--mutation", options->search.mutation_rate, "Share of genes drawn anew")
      ->check(in_range(0.001, 1.0))
      ->show_default();
  command.add_option("--skew", options->search.skew, "How far sensitive layers lean to more bits")
      ->check(in_range(0.0, 1.0 / 3.0))
      ->show_default();
  command.add_option("--seed", options->search.seed, "Of the random choices: the same seed, the same search")
      ->show_default();
  command.add_option(
      "--state", options->state,
      "Where answers are kept so that an interrupted search goes on; by default the output's name "
      "and .state; 'none' keeps nothing");
  command.add_option("--plot", options->plot, "Write a page with error against average bits");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
