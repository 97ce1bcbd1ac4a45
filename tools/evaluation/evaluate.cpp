#include "evaluation/evaluate.h"

#include <algorithm>

#include "bitplace/cpu.h"
#include "common/progress.h"
#include "common/statistics.h"
#include "core/error.h"
#include "evaluation/describe_pictures.h"
#include "evaluation/matching.h"
#include "evaluation/split.h"

namespace bitplace::tools {
namespace {

Result<std::vector<std::string>> images_of(const std::string& folder) {
  BITPLACE_ASSIGN(paths, list_images(folder));
  if (paths.empty()) return make_error(ErrorCode::io, folder, "list images", "there are none");
  return paths;
}

std::vector<std::string> selected(const std::vector<std::string>& paths,
                                  const std::vector<std::int64_t>& indices) {
  std::vector<std::string> result;
  result.reserve(indices.size());
  for (const std::int64_t index : indices)
    result.push_back(paths[static_cast<std::size_t>(index)]);
  return result;
}

// The images and the truth that the request names, checked before any of them is described.
Status collect(Evaluation* evaluation) {
  const EvaluationRequest& request = evaluation->request;
  BITPLACE_ASSIGN(references, images_of(request.reference_folder));
  BITPLACE_ASSIGN(queries, images_of(request.query_folder));
  const auto reference_count = static_cast<std::int64_t>(references.size());
  const auto query_count = static_cast<std::int64_t>(queries.size());
  Split split = whole_set(reference_count, query_count);
  if (!request.split.empty()) {
    BITPLACE_ASSIGN(part, read_split(request.split, reference_count, query_count));
    split = std::move(part);
  }
  if (!request.ground_truth.empty()) {
    BITPLACE_ASSIGN(truth, read_ground_truth(request.ground_truth, query_count, reference_count));
    evaluation->truth = restricted(truth, split);
  }
  evaluation->references = selected(references, split.references);
  evaluation->queries = selected(queries, split.queries);
  return {};
}

void describe_engine(const Describer& describer, Evaluation* evaluation) {
  const Plan& plan = describer.plan();
  const Model& model = plan.model();
  evaluation->network = model.network();
  evaluation->identity = model.identity();
  evaluation->metadata = model.metadata();
  evaluation->descriptor = describer.descriptor_spec();
  evaluation->cpu = cpu_name();
  evaluation->isa = isa_name(plan.features());
  if (plan.device() != std::string("cpu")) evaluation->isa += " and " + std::string(plan.device());
  evaluation->model_bytes = model.file_bytes();
  evaluation->plan_bytes = plan.packed_bytes();
  evaluation->arena_bytes = plan.arena_bytes();
}

// Describes every picture and hands each descriptor to `use`.
template <typename Use>
Status describe_all(Describer& describer, ImageReader& reader, const std::vector<std::string>& paths,
                    int batch, const std::string& label, std::vector<double>* times, Use&& use) {
  Progress progress(label, static_cast<std::int64_t>(paths.size()));
  BITPLACE_TRY(describe_pictures(describer, reader, paths, batch,
                                 [&](std::size_t index, const DescriptorView& descriptor, double time) {
                                   times->push_back(time);
                                   progress.advance();
                                   return use(index, descriptor);
                                 }));
  progress.finish();
  return {};
}

// Queries that are matched together, and how many at least are also matched alone and timed where there are
// as many.
constexpr int kQueriesTogether = 64;
constexpr std::size_t kTimedQueries = 100;

// Which queries are timed: as many as that, spread evenly.
std::size_t timed_stride(std::size_t queries) {
  return std::max<std::size_t>(1, queries / kTimedQueries);
}

// A search as a robot does it: one fresh descriptor, all references, the same threads, or the GPU.
Status time_match(const PlaceMap& places, const DescriptorView& descriptor, Executor& executor,
                  DeviceSearch* on_device, std::vector<double>* times) {
  const Clock::time_point start = Clock::now();
  const Matches matches = on_device != nullptr ? on_device->query(descriptor, kDeepestRecall)
                                               : places.query(descriptor, kDeepestRecall, executor);
  times->push_back(milliseconds_since(start));
  return matches.ok() ? Status() : matches.error();
}

Status find_places(Describer& describer, Executor& executor, const DescriptorObserver& observe,
                   Evaluation* evaluation) {
  ImageReader reader;
  const std::string& progress = evaluation->request.progress;
  PlaceMap places(describer.descriptor_spec());
  std::vector<double> describe_times;
  std::vector<double> match_times;
  const auto add = [&](std::size_t index, const DescriptorView& descriptor) -> Status {
    if (observe) BITPLACE_TRY(observe(index, descriptor));
    return places.add(descriptor, static_cast<std::int64_t>(index));
  };
  const int batch = evaluation->request.engine.batch;
  BITPLACE_TRY(describe_all(describer, reader, evaluation->references, batch,
                            progress + "describing references", &describe_times, add));
  BITPLACE_ASSIGN(
      search, open_search(evaluation->request.engine, describer, places, kQueriesTogether, kDeepestRecall));
  DeviceSearch* const on_device = search ? &*search : nullptr;
  BlockMatcher matcher = on_device != nullptr ? BlockMatcher(*on_device, kQueriesTogether)
                                              : BlockMatcher(places, executor, kQueriesTogether);
  const std::size_t stride = timed_stride(evaluation->queries.size());
  const auto match = [&](std::size_t index, const DescriptorView& descriptor) -> Status {
    if (observe) BITPLACE_TRY(observe(evaluation->references.size() + index, descriptor));
    if (index % stride == 0) {
      BITPLACE_TRY(time_match(places, descriptor, executor, on_device, &match_times));
    }
    BITPLACE_TRY(matcher.add(descriptor));
    return index + 1 == evaluation->queries.size() ? matcher.finish() : Status();
  };
  BITPLACE_TRY(describe_all(describer, reader, evaluation->queries, batch,
                            progress + "describing and matching queries", &describe_times, match));
  evaluation->rankings = matcher.take_rankings();
  evaluation->map_bytes = places.memory_bytes();
  evaluation->describe_p50_ms = percentile(std::move(describe_times), 0.5);
  evaluation->match_timings = match_times.size();
  evaluation->match_p50_ms = percentile(std::move(match_times), 0.5);
  return {};
}

}  // namespace

Result<Evaluation> evaluate(const EvaluationRequest& request, const DescriptorObserver& observe) {
  Evaluation evaluation;
  evaluation.request = request;
  BITPLACE_ASSIGN(executor, create_thread_pool(request.engine.threads));
  BITPLACE_ASSIGN(describer, open_describer(request.engine, executor));
  describe_engine(describer, &evaluation);
  BITPLACE_TRY(collect(&evaluation));
  BITPLACE_TRY(find_places(describer, *executor, observe, &evaluation));
  if (evaluation.truth) {
    auto figures = evaluate_retrieval(evaluation.rankings, *evaluation.truth);
    if (!figures.ok()) return with_context(figures.error(), request.ground_truth);
    evaluation.figures = *std::move(figures);
  }
  return evaluation;
}

}  // namespace bitplace::tools
