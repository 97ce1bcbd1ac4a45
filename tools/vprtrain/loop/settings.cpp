#include "vprtrain/loop/settings.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <thread>
#include <type_traits>

#include "common/csv.h"
#include "core/error.h"
#include "vprtrain/network.h"

namespace bitplace::train {
namespace {

// Neither the weights nor the log depend on these.
constexpr const char* kWithoutEffect[] = {"save-every", "memory-mb"};

Error bad(const std::string& option, const std::string& why) {
  return make_error(ErrorCode::invalid_argument, option, why);
}

Status check_one_of(const std::string& option, const std::string& value,
                    const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return {};
  std::string list;
  for (const std::string& name : known)
    list += (list.empty() ? "" : ", ") + name;
  return bad("--" + option + " " + value, "unknown; known are " + list);
}

// Written without NaN, which no comparison excludes otherwise.
bool within(double value, double low, double high) {
  return value >= low && value <= high;
}

Status check_numbers(const TrainSettings& s) {
  if (s.classes < 0) return bad("--classes", "cannot be negative");
  if (s.images_per_place < 2) return bad("--images-per-place", "a place needs two images to learn from");
  if (s.least_images < 1) return bad("--least-images", "is not at least 1");
  if (s.exclude_neighbours < 0) return bad("--exclude-neighbours", "cannot be negative");
  if (s.batch_stretch < 0) return bad("--batch-stretch", "cannot be negative");
  if (!within(s.hold_out, 0.0, 0.9)) return bad("--hold-out", "is not between 0 and 0.9");
  if (!within(s.validate_every, 1e-6, 1e9)) return bad("--validate-every", "is not above 0");
  if (s.early_stop < 0) return bad("--early-stop", "cannot be negative");
  if (*s.batch < s.images_per_place || *s.batch > 65536)
    return bad("--batch", "is not between --images-per-place and 65536");
  if (*s.epochs < 1 || s.steps < 0) return bad("--epochs, --steps", "is not at least 1");
  if (!within(*s.learning_rate, 0.0, 1e6)) return bad("--learning-rate", "is no rate");
  if (!within(*s.weight_decay, 0.0, 1e6)) return bad("--weight-decay", "is negative");
  if (!within(s.momentum, 0.0, 1.0)) return bad("--momentum", "is not between 0 and 1");
  if (!within(s.latent_range, 0.0, 1.0)) return bad("--latent-range", "is not between 0 and 1");
  if (!within(s.clip_gradient, 0.0, 1e30)) return bad("--clip-gradient", "is negative");
  if (!within(*s.warm_up, 0.0, 1e9)) return bad("--warm-up", "is negative");
  if (!within(*s.decay, 0.0, 1.0)) return bad("--decay", "is not between 0 and 1");
  if (!within(s.final_rate, 0.0, 1.0)) return bad("--final-rate", "is not between 0 and 1");
  if (s.threads < 0 || s.threads > 1024) return bad("--threads", "is not between 0 and 1024");
  if (s.log_every < 1) return bad("--log-every", "is not at least 1");
  if (!within(s.save_every, 0.0, 1e9)) return bad("--save-every", "is negative");
  if (s.memory_mb < 0) return bad("--memory-mb", "cannot be negative");
  return {};
}

Status check_validation(const TrainSettings& s) {
  const bool folders = !s.validate_references.empty();
  if (folders != !s.validate_queries.empty() || folders != !s.validate_truth.empty())
    return bad("--validate-references, --validate-queries, --validate-truth", "belong together");
  if (folders && s.hold_out > 0.0)
    return bad("--hold-out", "validates on places of its own: not together with --validate-references");
  if (!folders && !s.validate_split.empty()) return bad("--validate-split", "needs --validate-references");
  if (!folders && s.hold_out == 0.0 && s.early_stop > 0)
    return bad("--early-stop", "needs --hold-out or --validate-references");
  return {};
}

Status check_teacher(const TrainSettings& s) {
  for (const auto* values : {&s.teacher_mean, &s.teacher_deviation}) {
    if (!values->empty() && values->size() != 3)
      return bad("--teacher-mean, --teacher-deviation", "are three numbers each");
  }
  if (std::any_of(s.teacher_deviation.begin(), s.teacher_deviation.end(),
                  [](double d) { return !(d > 0.0); }))
    return bad("--teacher-deviation", "is not above 0");
  std::int64_t height = 0;
  std::int64_t width = 0;
  return parse_size("--teacher-size", s.teacher_size, &height, &width);
}

Status check_schedule(const TrainSettings& s) {
  BITPLACE_TRY(
      check_one_of("schedule", s.schedule, {"constant", "step", "milestones", "cosine", "warmup-cosine"}));
  const bool rising = std::is_sorted(s.milestones.begin(), s.milestones.end()) &&
                      std::all_of(s.milestones.begin(), s.milestones.end(), [](double m) { return m > 0.0; });
  if (!rising) return bad("--milestones", "are not positive and rising");
  if (s.schedule == "milestones" && s.milestones.empty()) return bad("--milestones", "are missing");
  if (s.schedule == "step" && s.milestones.size() != 1)
    return bad("--milestones", "the step schedule takes one number, the epochs of a step");
  return {};
}

}  // namespace

Status complete(TrainSettings* settings) {
  TrainSettings& s = *settings;
  if (s.network.empty()) return bad("--network", "is missing; `vprtrain list` names the networks");
  const NetworkEntry* entry = find_network(s.network);
  if (entry == nullptr) return bad("--network " + s.network, "unknown; `vprtrain list` names the networks");
  const TrainingDefaults& defaults = entry->defaults;
  if (s.data.empty()) return bad("--data", "is missing: folders of places, or CSV files of images");
  if (!s.batch) s.batch = defaults.batch;
  if (!s.epochs) s.epochs = defaults.epochs;
  if (s.optimizer.empty()) s.optimizer = defaults.optimizer;
  if (!s.learning_rate) s.learning_rate = defaults.learning_rate;
  if (!s.weight_decay) s.weight_decay = defaults.weight_decay;
  if (!s.warm_up) s.warm_up = defaults.warm_up;
  if (!s.decay) s.decay = defaults.decay;
  if (s.schedule.empty()) {
    s.schedule = defaults.schedule;
    if (s.milestones.empty()) s.milestones = defaults.milestones;
  }
  if (s.threads == 0) s.threads = std::max(1u, std::thread::hardware_concurrency());
  BITPLACE_TRY(check_one_of("optimizer", s.optimizer, {"adam", "adamw", "sgd"}));
  BITPLACE_TRY(check_one_of("device", s.device, {"cpu", "cuda"}));
  BITPLACE_TRY(check_one_of("arithmetic", s.arithmetic, {"f32", "bf16"}));
  BITPLACE_TRY(check_numbers(s));
  BITPLACE_TRY(check_one_of("sample", s.sample, {"places", "images"}));
  BITPLACE_TRY(check_teacher(s));
  BITPLACE_TRY(check_schedule(s));
  return check_validation(s);
}

tools::Json to_json(const TrainSettings& settings) {
  tools::Json json = tools::Json::object();
  visit_settings(settings, [&json](const char* name, const auto& field, const char*) {
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, std::optional<double>> ||
                  std::is_same_v<Field, std::optional<std::int64_t>>) {
      if (field) json[name] = *field;
    } else if constexpr (std::is_same_v<Field, std::string>) {
      if (!field.empty()) json[name] = field;
    } else if constexpr (std::is_same_v<Field, std::vector<std::string>> ||
                         std::is_same_v<Field, std::vector<double>>) {
      if (!field.empty()) json[name] = field;
    } else {
      json[name] = field;
    }
  });
  return json;
}

std::vector<std::string> differences(const tools::Json& before, const tools::Json& now) {
  std::vector<std::string> found;
  const TrainSettings names;
  const tools::Json defaults = to_json(names);
  visit_settings(names, [&](const char* name, const auto&, const char*) {
    if (std::find(std::begin(kWithoutEffect), std::end(kWithoutEffect), std::string(name)) !=
        std::end(kWithoutEffect))
      return;
    // A run that was begun before there was such a setting did what is the default now.
    const auto text = [&](const tools::Json& json) {
      const tools::Json& from = json.contains(name) ? json : defaults;
      return from.contains(name) ? from[name].dump() : std::string("not given");
    };
    if (text(before) != text(now))
      found.push_back(std::string("--") + name + " was " + text(before) + " and is " + text(now));
  });
  return found;
}

Status parse_size(const std::string& option, const std::string& text, std::int64_t* height,
                  std::int64_t* width) {
  if (text.empty()) return {};
  constexpr std::int64_t kLimit = 8192;
  const std::size_t cross = text.find('x');
  const auto first = tools::parse_index(text.substr(0, cross), kLimit);
  const auto second = cross == std::string::npos ? first : tools::parse_index(text.substr(cross + 1), kLimit);
  if (!first || !second || *first == 0 || *second == 0)
    return bad(option + " " + text, "is not HEIGHTxWIDTH in pixels");
  *height = *first;
  *width = *second;
  return {};
}

}  // namespace bitplace::train
