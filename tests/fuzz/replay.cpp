// Runs a fuzz target without libFuzzer: its seeds, truncations of them and seeded mutations of them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "fuzz/fuzz.h"
#include "support/random.h"

namespace bitplace::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kTruncations = 2000;
constexpr int kMutations = 3000;

void feed(const Bytes& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void mutate(Bytes* bytes, Random* random) {
  for (std::int64_t change = random->integer(1, 4); change > 0 && !bytes->empty(); --change) {
    const auto at = static_cast<std::ptrdiff_t>(random->next() % bytes->size());
    switch (random->integer(0, 3)) {
      case 0:
        (*bytes)[static_cast<std::size_t>(at)] ^= static_cast<std::byte>(1 << random->integer(0, 7));
        break;
      case 1:
        (*bytes)[static_cast<std::size_t>(at)] = static_cast<std::byte>(random->bits());
        break;
      case 2:
        bytes->erase(bytes->begin() + at);
        break;
      default:
        bytes->insert(bytes->begin() + at, static_cast<std::byte>(random->bits()));
    }
  }
}

void replay(const Bytes& input, Random* random) {
  feed(input);
  const std::size_t step = std::max<std::size_t>(1, input.size() / kTruncations);
  for (std::size_t size = 0; size < input.size(); size += step)
    feed(Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
  for (int i = 0; i < kMutations; ++i) {
    Bytes changed = input;
    mutate(&changed, random);
    feed(changed);
  }
}

int write_seeds(const std::string& folder, const std::vector<Bytes>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::ofstream file(folder + "/seed" + std::to_string(i), std::ios::binary);
    file.write(reinterpret_cast<const char*>(inputs[i].data()),
               static_cast<std::streamsize>(inputs[i].size()));
    if (!file.flush()) {
      std::fprintf(stderr, "%s: a seed cannot be written\n", folder.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace bitplace::test

int main(int count, char** arguments) {
  using namespace bitplace::test;
  const std::vector<std::vector<std::byte>> inputs = fuzz_seeds();
  if (count > 1) return write_seeds(arguments[1], inputs);
  // Without seeds nothing would be tested.
  if (inputs.empty()) return 1;
  Random random(20240229);
  for (const auto& input : inputs)
    replay(input, &random);
  std::printf("%zu seeds replayed\n", inputs.size());
  return 0;
}
