// vprconv search: which precision each layer of an fp32 model should have within a budget.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bitplace/cpu.h"
#include "bitplace/model.h"
#include "bitplace/version.h"
#include "common/json_file.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/file.h"
#include "evaluation/search_chart.h"
#include "image/decode.h"
#include "quantize/choose_quantization.h"
#include "quantize/descriptor_error.h"
#include "quantize/round_weights.h"
#include "vprconv/commands.h"
#include "vprconv/images.h"
#include "vprconv/layer_costs.h"
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

// Images in memory: each candidate describes all of them again.
Result<CalibrationImages> decoded(const CalibrationImages& images) {
  auto pictures = std::make_shared<std::vector<DecodedImage>>();
  for (std::size_t i = 0; i < images.size(); ++i) {
    BITPLACE_ASSIGN(picture, images.read(i));
    pictures->push_back(std::move(picture));
  }
  return CalibrationImages{images.names, images.weights,
                           [pictures](std::size_t i) -> Result<DecodedImage> { return (*pictures)[i]; }};
}

// The mean squared distance between L2-normalised descriptors, divided by their dimension.
double mean_squared_error(const Descriptors& a, const Descriptors& b, const std::vector<double>& weights) {
  double sum = 0.0, total = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double distance = 0.0;
    for (std::size_t k = 0; k < a[i].size(); ++k) {
      const double difference = static_cast<double>(a[i][k]) - static_cast<double>(b[i][k]);
      distance += difference * difference;
    }
    sum += weights[i] * distance / static_cast<double>(a[i].size());
    total += weights[i];
  }
  return total > 0.0 ? sum / total : 0.0;
}

// A set of images with the float model's descriptors of them.
struct Judge {
  CalibrationImages images;
  Descriptors expected;

  Result<double> error_of(const ModelContents& model) const {
    BITPLACE_ASSIGN(found, describe_images(model, images));
    return mean_squared_error(expected, found, images.weights);
  }
};

struct Row {
  std::string name;
  LayerCost cost;
  double error = 0.0, held_out = 0.0;
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
    BITPLACE_TRY(write_precision_map(options_.output, precisions_of(result.best.genome)));
    print(result);
    if (!options_.plot.empty()) BITPLACE_TRY(write_plot(result));
    if (!options_.json.empty()) BITPLACE_TRY(write_json(options_.json, json_of(result)));
    return {};
  }

 private:
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
      BITPLACE_ASSIGN(pictures, decoded(some_images(*images, options_.images)));
      judge->images = std::move(pictures);
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
    BITPLACE_ASSIGN(chosen,
                    choose_quantization(network_.graph, int8, maker(), calibrating_, trials, std::ref(bars)));
    network_.graph = std::move(chosen.quantization.folded);
    ranges_ = std::move(chosen.quantization.ranges);
    unsigned_codes_ = chosen.quantization.precisions.unsigned_codes;
    BITPLACE_TRY(round_choices(bars));
    BITPLACE_ASSIGN(model, make_float_model(network_));
    for (Judge* judge : {&searching_, &held_out_}) {
      BITPLACE_ASSIGN(expected, describe_images(model, judge->images));
      judge->expected = std::move(expected);
    }
    return {};
  }

  Status settle_costs(SearchState* state) {
    if (state->costs().empty()) {
      BITPLACE_ASSIGN(costs, measure_costs(network_, maker(), ranges_, options_.search.choices));
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
                      round_weights({network_.graph, uniform, ranges_}, maker(), images,
                                    [&](std::size_t done, std::size_t total) { bars(stage, done, total); }));
      rounded_[precision] = std::move(rounded);
    }
    return {};
  }

  ModelMaker maker() const {
    return [name = network_.name, preprocessing = network_.preprocessing](
               const Graph& folded, const PrecisionMap& precisions, const ActivationRanges& ranges) {
      RealLoweringOptions lowering;
      lowering.precisions = precisions;
      lowering.ranges = ranges;
      return make_real_model({name, folded, preprocessing}, lowering);
    };
  }

  PrecisionMap precisions_of(const Genome& genome) const {
    PrecisionMap precisions = precision_map_of(layers_, options_.search, genome);
    precisions.unsigned_codes = unsigned_codes_;
    return precisions;
  }

  Result<double> error_of(const Genome& genome, const Judge& judge) const {
    const PrecisionMap precisions = precisions_of(genome);
    const Graph graph = combine_rounded(network_.graph, rounded_, precisions);
    BITPLACE_ASSIGN(model, maker()(graph, precisions, ranges_));
    return judge.error_of(model);
  }

  // What the remembered errors and costs depend on. Float kernels round differently from one instruction set
  // to the next.
  std::string question() const {
    const Result<IsaFeatures> features = active_features();
    std::string text = std::string(BITPLACE_VERSION_STRING) + ", " +
                       isa_name(features.ok() ? *features : IsaFeatures{}) + ", model " + identity_ +
                       ", images " + images_digest_ + ", " + std::to_string(searching_.images.size()) +
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

  void print(const SearchResult& result) const {
    TextTable table({{"precision"},
                     {"bits", Align::right},
                     {"KiB", Align::right},
                     {"ms", Align::right},
                     {"error", Align::right},
                     {"held out", Align::right}});
    const auto text = [](const char* format, double value) {
      char buffer[40];
      std::snprintf(buffer, sizeof buffer, format, value);
      return std::string(buffer);
    };
    for (const Row& row : rows_) {
      table.add_row({row.name, text("%.2f", row.cost.bits), text("%.1f", row.cost.bytes / 1024.0),
                     text("%.3f", row.cost.milliseconds), text("%.3e", row.error),
                     text("%.3e", row.held_out)});
    }
    std::printf("\n%s\n", table.text().c_str());
    std::printf(
        "error: mean squared difference of the normalised descriptor to the float model's, on %zu images; "
        "held out: on %zu others\nbits: mean over the layers; ms: the layers' own, measured here\n",
        searching_.images.size(), held_out_.images.size());
    std::printf("evaluated %zu mixes; wrote %s: use it with vprconv convert --precision %s\n",
                result.evaluated.size(), options_.output.c_str(), options_.output.c_str());
  }

  Status write_plot(const SearchResult& result) const {
    SearchPlot plot;
    plot.title = "Precisions of " + network_.name;
    plot.error_name = "mean squared error of the descriptor";
    for (const SearchCandidate& candidate : result.evaluated) {
      if (candidate.genome == result.best.genome) plot.chosen = plot.points.size();
      plot.points.push_back({candidate.cost.bits, candidate.error, candidate.genome, ""});
    }
    for (const Row& row : rows_) {
      if (row.name != "mixed") plot.points.push_back({row.cost.bits, row.error, row.name, row.name});
    }
    plot.budget = options_.search.budget.bits;
    return write_search_page(options_.plot, plot);
  }

  Json json_of(const SearchResult& result) const {
    Json rows = Json::array(), layers = Json::array();
    for (const Row& row : rows_) {
      rows.push_back({{"precision", row.name},
                      {"mean_bits", row.cost.bits},
                      {"weight_bytes", row.cost.bytes},
                      {"layer_ms", row.cost.milliseconds},
                      {"error", row.error},
                      {"held_out_error", row.held_out}});
    }
    const PrecisionMap map = precisions_of(result.best.genome);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers.push_back({{"layer", layers_[i].name},
                        {"precision", precision_name(map.of(layers_[i].name))},
                        {"sensitivity", result.sensitivity[i]}});
    }
    const SearchBudget& bounds = options_.search.budget;
    Json budget = Json::object(), choices = Json::array();
    if (bounds.bits) budget["mean_bits"] = *bounds.bits;
    if (bounds.bytes) budget["weight_bytes"] = *bounds.bytes;
    if (bounds.milliseconds) budget["layer_ms"] = *bounds.milliseconds;
    for (const Precision precision : options_.search.choices)
      choices.push_back(precision_name(precision));
    return {{"model", options_.model},
            {"identity", identity_},
            {"precisions", options_.output},
            {"budget", budget},
            {"choices", choices},
            {"seed", options_.search.seed},
            {"evaluations", result.evaluated.size()},
            {"results", rows},
            {"layers", layers}};
  }

  const SearchCommandOptions& options_;
  std::string identity_, images_digest_;
  RealNetwork network_;
  CalibrationImages calibrating_;
  Judge searching_, held_out_;
  ActivationRanges ranges_;
  bool unsigned_codes_ = false;
  std::map<Precision, Graph> rounded_;  // the network, for one integer precision throughout
  std::vector<SearchedLayer> layers_;
  std::vector<Row> rows_;
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
    throw CLI::RequiredError("--budget-bits, --budget-bytes or --budget-ms");
  for (const auto& [name, bound] :
       {std::pair("--budget-bits", budget.bits), std::pair("--budget-bytes", budget.bytes),
        std::pair("--budget-ms", budget.milliseconds)}) {
    if (bound && !(*bound > 0.0)) throw CLI::ValidationError(name, "must be a number above 0");
  }
}

}  // namespace

void add_search(Program& program) {
  const auto options = std::make_shared<SearchCommandOptions>();
  CLI::App& command = program.add_command(
      "search", "Finds a precision for each layer of an fp32 model that keeps a budget and the descriptors",
      [options] { return run_search(*options); });
  command.parse_complete_callback([options] { check_budget(*options); });
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
      ->check(CLI::IsMember({"w4a8", "w4a4"}))
      ->capture_default_str();
  command.add_option("--images", options->images, "How many images each candidate is judged on")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}))
      ->capture_default_str();
  command.add_option("--evaluations", options->search.evaluations, "Mixes tried beyond the first population")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command.add_option("--population", options->search.population, "Mixes alive at a time")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str();
  command.add_option("--sample", options->search.sample, "Members that compete at each step")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str();
  command.add_option("--mutation", options->search.mutation_rate, "Share of genes drawn anew")
      ->check(CLI::Range(0.001, 1.0))
      ->capture_default_str();
  command.add_option("--skew", options->search.skew, "How far sensitive layers lean to more bits")
      ->check(CLI::Range(0.0, 1.0 / 3.0))
      ->capture_default_str();
  command.add_option("--seed", options->search.seed, "Of the random choices: the same seed, the same search")
      ->capture_default_str();
  command.add_option(
      "--state", options->state,
      "Where answers are kept so that an interrupted search goes on; by default the output's name "
      "and .state; 'none' keeps nothing");
  command.add_option("--plot", options->plot, "Write a page with error against average bits");
  command.add_option("--json", options->json, "Write the same facts to this file");
}

}  // namespace bitplace::tools
