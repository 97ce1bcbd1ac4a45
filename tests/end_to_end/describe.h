// Float graphs through the whole of both sides: lowered, written, read, planned and run.
#pragma once

#include <catch2/catch.hpp>
#include <vector>

#include "bitplace/describer.h"
#include "format/model_file.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"

namespace bitplace::test {

inline ModelContents lowered_model(const Graph& graph, const DescriptorEncoding& encoding = {}) {
  LoweringOptions options;
  options.descriptor = encoding;
  const Result<Graph> lowered = lower(graph, options);
  if (!lowered.ok()) FAIL(lowered.error().message());
  ModelContents contents;
  contents.network = "custom";
  contents.graph = *lowered;
  const Shape& shape = value_at(graph, graph.input).shape;
  contents.preprocessing.height = static_cast<std::int32_t>(shape[1]);
  contents.preprocessing.width = static_cast<std::int32_t>(shape[2]);
  return contents;
}

inline Describer open_describer(const ModelContents& contents) {
  const auto bytes = encode_model(contents);
  if (!bytes.ok()) FAIL(bytes.error().message());
  const auto model = Model::from_memory(bytes->data(), bytes->size(), "test");
  if (!model.ok()) FAIL(model.error().message());
  const auto plan = Plan::create(*model);
  if (!plan.ok()) FAIL(plan.error().message());
  auto describer = Describer::create(*plan);
  if (!describer.ok()) FAIL(describer.error().message());
  return *std::move(describer);
}

inline std::vector<float> features_of(Describer& describer, const ImageView& image) {
  std::vector<float> features(describer.feature_count());
  const Status status = describer.features(image, features.data(), features.size());
  if (!status.ok()) FAIL(status.error().message());
  return features;
}

}  // namespace bitplace::test
