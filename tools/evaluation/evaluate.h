// Runs a model over two folders of pictures and says how well and how fast it found the places.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json_file.h"
#include "evaluation/engine.h"
#include "evaluation/ground_truth.h"
#include "evaluation/retrieval.h"

namespace bitplace::tools {

struct EvaluationRequest {
  EngineOptions engine;
  std::string reference_folder;
  std::string query_folder;
  std::string ground_truth;  // empty: nobody knows which matches are right
  std::string split;         // FILE:NAME; empty: everything
  std::string progress;      // says what is evaluated, where it is one of several; may be empty
};

struct Evaluation {
  EvaluationRequest request;
  // The model and the machine.
  std::string network;
  std::string identity;
  std::vector<std::pair<std::string, std::string>> metadata;
  DescriptorSpec descriptor;
  std::string cpu;
  std::string isa;
  std::size_t model_bytes = 0;
  std::size_t plan_bytes = 0;
  std::size_t arena_bytes = 0;
  std::size_t map_bytes = 0;
  // The pictures, after the split, and what was found.
  std::vector<std::string> references;
  std::vector<std::string> queries;
  std::vector<Ranking> rankings;  // per query; Match::index counts `references`
  std::optional<GroundTruth> truth;
  std::optional<RetrievalFigures> figures;  // set when the truth is known
  double describe_p50_ms = 0.0;             // decoded picture -> descriptor, resizing included
  // One descriptor -> the best kDeepestRecall references, measured for this many of the queries, each
  // searched alone as a robot does. The rankings come from searches for many queries together, which take
  // less time.
  double match_p50_ms = 0.0;
  std::size_t match_timings = 0;
};

// Sees the descriptor of every picture, references first; `picture` counts them all.
using DescriptorObserver = std::function<Status(std::size_t picture, const DescriptorView& descriptor)>;

Result<Evaluation> evaluate(const EvaluationRequest& request, const DescriptorObserver& observe = {});

// For people: the protocol, then the figures.
std::string to_text(const Evaluation& evaluation);
// For machines; the keys are fixed (README).
Json to_json(const Evaluation& evaluation);

}  // namespace bitplace::tools
