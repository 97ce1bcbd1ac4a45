#include "vprconv/convert_checks.h"

#include <cmath>

#include "common/command_line.h"

namespace bitplace::tools {
namespace {

std::optional<int> extent_of(const std::string& text) {
  constexpr std::size_t kMostDigits = 5;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoi(text);
}

// Of a precision that is a name; what a file says is known once it has been read.
bool is_integer_name(const std::string& name) {
  Precision precision = Precision::fp32;
  return precision_from_name(name, &precision) && is_integer(precision);
}
bool is_float_name(const std::string& name) {
  Precision precision = Precision::int8;
  return precision_from_name(name, &precision) && !is_integer(precision);
}

// Images, and what only images can decide.
void check_images(const ConvertOptions& options) {
  const bool looks_at_images =
      options.descriptor != "f32" || !is_float_name(options.precision) || options.descriptor_size;
  if (!options.calibrate.empty() && !looks_at_images) {
    throw UsageError("--calibrate: an f32 descriptor of an " + options.precision +
                     " network has nothing to calibrate: add --precision "
                     "int8, --descriptor s8 or bits, or --descriptor-size");
  }
  if (options.calibrate.empty() && is_integer_name(options.precision)) {
    throw UsageError("--precision " + options.precision +
                     ": needs images to look at: give a folder or a CSV file with --calibrate");
  }
  if (options.calibrate.empty() && options.descriptor_size) {
    throw UsageError(
        "--descriptor-size: needs images to look at: give a folder or a CSV file with --calibrate");
  }
  if (is_float_name(options.precision)) {
    const bool tuned = options.calibration_method != "auto" || options.unsigned_codes != "auto" ||
                       options.no_equalization || options.no_weight_rounding || options.no_bias_correction;
    if (tuned) {
      throw UsageError(
          "--calibration, --unsigned-codes, --no-equalization, --no-weight-rounding, --no-bias-correction: "
          "are for integer layers: add --precision int8");
    }
  }
}

}  // namespace

std::optional<InputSize> parse_input_size(const std::string& text) {
  const std::size_t cross = text.find('x');
  const std::optional<int> width = extent_of(text.substr(0, cross));
  const std::optional<int> height = cross == std::string::npos ? width : extent_of(text.substr(cross + 1));
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  return InputSize{*width, *height};
}

void check_combination(const ConvertOptions& options) {
  if (options.checkpoint.empty() && !options.random_seed)
    throw UsageError("a checkpoint or --random SEED is required");
  if (!options.checkpoint.empty() && options.random_seed)
    throw UsageError("--random: makes a network without a checkpoint: give one or the other");
  if (options.random_seed && options.network.empty()) throw UsageError("--random: needs --network");
  if (!options.input_size.empty() && !parse_input_size(options.input_size))
    throw UsageError("--input-size " + options.input_size + ": is no WIDTHxHEIGHT in pixels");
  check_images(options);
  if (options.whiten && !options.descriptor_size) throw UsageError("--whiten: needs --descriptor-size");
  if (options.epsilon && !(*options.epsilon >= 0.0 && std::isfinite(*options.epsilon)))
    throw UsageError("--bn-eps: must be a number of at least 0");
}

}  // namespace bitplace::tools
