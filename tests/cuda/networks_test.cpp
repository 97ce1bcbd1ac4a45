// Networks as they are used, whole and at full size, on emulated GPUs against the CPU.

#include <catch2/catch.hpp>

#include "cuda/device_pictures.h"
#include "cuda/emulated_describer.h"
#include "cuda/network_files.h"

using namespace bitplace;
using namespace bitplace::test;

TEST_CASE("whole networks of integers give the CPU's bytes on an emulated GPU") {
  Random random;
  for (const std::string& file : network_files()) {
    const auto model = Model::open(file.c_str());
    if (!model.ok()) FAIL(model.error().message());
    std::vector<Picture> pictures;
    pictures.push_back(random_picture(random, 300, 200));
    Describer on_cpu = describer_of(*model, nullptr, 1);
    const std::vector<std::byte> expected = describe_all(on_cpu, pictures);
    for (const int architecture : {75, 87, 90, 120}) {
      Describer on_device = emulated(*model, architecture, 1);
      CAPTURE(file, architecture);
      CHECK(describe_all(on_device, pictures) == expected);
    }
  }
}
