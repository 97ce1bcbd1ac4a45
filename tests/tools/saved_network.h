// Untrained networks as files that training could have left, for tests that then damage them.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "networks/backbone.h"
#include "networks/random_parameters.h"

namespace bitplace::test {

struct SavedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class SavedNetwork : public ParameterSource {
 public:
  explicit SavedNetwork(const char* network) {
    const Backbone& backbone = *find_backbone(network);
    const Result<Graph> graph = build_backbone(backbone, *find_cut(backbone, ""), *this, 224, 224);
    if (!graph.ok()) FAIL(graph.error().message());
  }

  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    Result<std::vector<float>> values = random_.take(name, shape);
    tensors.push_back({name, shape, *values});
    return values;
  }

  SavedTensor& operator[](const std::string& name) {
    for (SavedTensor& tensor : tensors)
      if (tensor.name == name) return tensor;
    FAIL("no tensor " << name);
    return tensors[0];
  }

  // As safetensors: the length of a JSON header, the header, the numbers.
  void write(const std::string& path) const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    std::size_t end = 0;
    for (const SavedTensor& tensor : tensors) {
      const std::size_t begin = end;
      end += tensor.values.size() * sizeof(float);
      header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&length), sizeof length);
    file << text;
    for (const SavedTensor& tensor : tensors) {
      file.write(reinterpret_cast<const char*>(tensor.values.data()),
                 static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
    }
    REQUIRE(file.good());
  }

  std::vector<SavedTensor> tensors;

 private:
  RandomParameters random_{5};
};

}  // namespace bitplace::test
