// Models, describers and pictures for the describer's tests.
#pragma once

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "bitplace/describer.h"
#include "format/model_file.h"
#include "support/random_model.h"

namespace bitplace::test {

inline Model model_of(const ModelContents& contents) {
  const auto bytes = encode_model(contents);
  if (!bytes.ok()) FAIL(bytes.error().message());
  const auto model = Model::from_memory(bytes->data(), bytes->size());
  if (!model.ok()) FAIL(model.error().message());
  return *model;
}

inline Describer describer_of(const Model& model, const char* isa, int threads) {
  PlanOptions options;
  options.isa = isa;
  const auto plan = Plan::create(model, options);
  if (!plan.ok()) FAIL(plan.error().message());
  DescriberOptions describer_options;
  describer_options.threads = threads;
  auto describer = Describer::create(*plan, describer_options);
  if (!describer.ok()) FAIL(describer.error().message());
  return std::move(*describer);
}

struct Picture {
  std::vector<std::uint8_t> bytes;
  ImageView view;
};

inline Picture random_picture(Random& random, int width, int height, PixelFormat format = PixelFormat::rgb8) {
  Picture picture;
  picture.bytes.resize(static_cast<std::size_t>(width * height * bytes_per_pixel(format)));
  for (std::uint8_t& byte : picture.bytes)
    byte = static_cast<std::uint8_t>(random.bits());
  picture.view = {picture.bytes.data(), width, height, 0, format};
  return picture;
}

inline std::vector<std::byte> bytes_of(const Result<DescriptorView>& descriptor) {
  if (!descriptor.ok()) FAIL(descriptor.error().message());
  const auto* first = static_cast<const std::byte*>(descriptor->data);
  return {first, first + descriptor->spec.bytes()};
}

}  // namespace bitplace::test
