// Files that PyTorch itself wrote, each beside a safetensors file of the same stem that holds what must be
// read from it. They are looked for in the folder that BITPLACE_PYTORCH_FILES names (docs/checkpoints.md).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "checkpoint/checkpoint.h"

using namespace bitplace;
namespace fs = std::filesystem;

namespace {

// In alphabetical order.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".pt" || extension == ".pth" || extension == ".ckpt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::map<std::string, CheckpointTensor> tensors_of(const fs::path& file) {
  const Result<Checkpoint> checkpoint = read_checkpoint(file.string());
  INFO(checkpoint.error().message());
  REQUIRE(checkpoint.ok());
  std::map<std::string, CheckpointTensor> tensors;
  for (const CheckpointTensor& tensor : std::get<TensorCheckpoint>(checkpoint->contents).tensors)
    tensors.emplace(tensor.name, tensor);
  return tensors;
}

std::vector<std::string> names_of(const std::map<std::string, CheckpointTensor>& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors)
    names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("files that PyTorch wrote are read exactly") {
  const char* folder = std::getenv("BITPLACE_PYTORCH_FILES");
  if (folder == nullptr || *folder == 0) {
    std::printf("SKIPPED files that PyTorch wrote: BITPLACE_PYTORCH_FILES is not set\n");
    return;
  }
  const std::vector<fs::path> files = checkpoints_in(folder);
  REQUIRE_FALSE(files.empty());
  for (const fs::path& file : files) {
    DYNAMIC_SECTION(file.filename().string()) {
      const auto read = tensors_of(file);
      const auto expected = tensors_of(fs::path(file).replace_extension(".safetensors"));
      CHECK(names_of(read) == names_of(expected));
      for (const auto& [name, tensor] : expected) {
        const auto found = read.find(name);
        if (found == read.end()) continue;
        INFO(name);
        CHECK(found->second.type == tensor.type);
        CHECK(found->second.shape == tensor.shape);
        CHECK((found->second.data == tensor.data));
      }
    }
  }
}
