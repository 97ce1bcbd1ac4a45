#include "bench/options.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "cuda/common/batched_call.h"

namespace bitplace::bench {
namespace {

// "1,256"
Result<std::vector<int>> parse_batches(std::string_view text) {
  std::vector<int> batches;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();; ++at) {
    int batch = 0;
    const auto [stop, error] = std::from_chars(at, end, batch);
    if (error != std::errc() || batch < 1 || batch > cuda::kMostBatch || (stop != end && *stop != ',')) {
      return make_error(ErrorCode::invalid_argument, "--batch=" + std::string(text),
                        "numbers of images are wanted, such as 1,256");
    }
    batches.push_back(batch);
    if (stop == end) return batches;
    at = stop;
  }
}

// The value of --NAME=VALUE, or of --NAME with the argument behind it; `at` moves onto what was taken.
std::optional<std::string_view> value_of(std::string_view name, int count, char** arguments, int* at) {
  const std::string_view argument = arguments[*at];
  if (argument.substr(0, name.size()) != name) return std::nullopt;
  const std::string_view rest = argument.substr(name.size());
  if (!rest.empty() && rest[0] == '=') return rest.substr(1);
  if (!rest.empty() || *at + 1 >= count) return std::nullopt;
  return arguments[++*at];
}

}  // namespace

Result<BenchOptions> take_options(int* count, char** arguments, const char* default_device) {
  BenchOptions options;
  options.shapes = BITPLACE_BENCH_SHAPES;
  options.device = default_device;
  bool batches_given = false;
  int kept = 1;
  for (int i = 1; i < *count; ++i) {
    if (const auto shapes = value_of("--shapes", *count, arguments, &i)) {
      options.shapes = *shapes;
    } else if (const auto device = value_of("--device", *count, arguments, &i)) {
      options.device = *device;
    } else if (const auto batches = value_of("--batch", *count, arguments, &i)) {
      BITPLACE_ASSIGN(parsed, parse_batches(*batches));
      options.batches = parsed;
      batches_given = true;
    } else if (std::string_view(arguments[i]) == "--version") {
      options.version = true;
    } else {
      arguments[kept++] = arguments[i];
    }
  }
  *count = kept;
  if (batches_given && options.device == "cpu") {
    return make_error(ErrorCode::invalid_argument, "--batch", "kernels of the CPU take one image at a time");
  }
  return options;
}

}  // namespace bitplace::bench
