#include <catch2/catch.hpp>

#include "describer_support.h"

using namespace bitplace;
using namespace bitplace::test;

TEST_CASE("random models give the same bytes on every tier of this CPU and with every number of threads") {
  Random random;
  for (int round = 0; round < 24; ++round) {
    const auto type = static_cast<DescriptorType>(round % 3);
    const Model model = model_of(random_model(random, type));
    const Picture picture = random_picture(random, model.input_width(), model.input_height());
    Describer reference = describer_of(model, "ref", 1);
    const std::vector<std::byte> expected = bytes_of(reference.describe(picture.view));
    for (const IsaTier& tier : isa_tiers()) {
      if ((tier.features & ~cpu_features()) != 0) continue;
      for (const int threads : {1, 3}) {
        CAPTURE(round, tier.name, threads);
        Describer describer = describer_of(model, tier.name, threads);
        CHECK(bytes_of(describer.describe(picture.view)) == expected);
        CHECK(bytes_of(describer.describe(picture.view)) == expected);  // nothing is left over from a frame
      }
    }
  }
}
