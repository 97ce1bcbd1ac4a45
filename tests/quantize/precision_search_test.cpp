#include "quantize/precision_search.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "support/random.h"

using namespace bitplace;

namespace {

constexpr std::size_t kLayers = 12;

// Layers of different size: each costs its bits in bytes, and milliseconds of its own.
std::vector<SearchedLayer> layers() {
  std::vector<SearchedLayer> found;
  for (std::size_t i = 0; i < kLayers; ++i) {
    const double size = 100.0 * static_cast<double>(i + 1);
    found.push_back(
        {"layer" + std::to_string(i), {{4, size * 4, 1.0}, {8, size * 8, 1.5}, {16, size * 16, 4.0}}});
  }
  return found;
}

// Each layer errs by its own weight times 4^-choice: no interplay, so the best mix is known.
double additive_error(const Genome& genome) {
  double error = 0.0;
  for (std::size_t i = 0; i < genome.size(); ++i)
    error += (i % 4 == 0 ? 50.0 : 1.0) * std::pow(0.25, genome[i] - '0');
  return error;
}

SearchOptions options(double bits, std::uint64_t seed = 7) {
  SearchOptions search;
  search.budget.bits = bits;
  search.evaluations = 3000;
  search.seed = seed;
  return search;
}

SearchResult found(const SearchOptions& search, const GenomeError& error) {
  Result<SearchResult> result = search_precisions(layers(), search, error);
  INFO(result.error().message());
  REQUIRE(result.ok());
  return *std::move(result);
}

}  // namespace

TEST_CASE("a search keeps its budget and gives bits to the layers that need them") {
  const SearchResult result = found(options(8.0), additive_error);
  CHECK(result.best.cost.bits <= 8.0);
  for (std::size_t i = 0; i < kLayers; i += 4) {
    CAPTURE(i, result.best.genome);
    CHECK(result.best.genome[i] == '2');
  }
  for (const SearchCandidate& candidate : result.evaluated) {
    if (candidate.cost.bits <= 8.0) CHECK(result.best.error <= candidate.error);
  }
}

TEST_CASE("every budget binds: bits, bytes and milliseconds") {
  SearchOptions search = options(16.0);
  search.budget.bytes = 60000.0;
  CHECK(found(search, additive_error).best.cost.bytes <= 60000.0);
  search.budget.milliseconds = 20.0;
  const SearchResult result = found(search, additive_error);
  CHECK(result.best.cost.bytes <= 60000.0);
  CHECK(result.best.cost.milliseconds <= 20.0);
}

TEST_CASE("a search with room for everything takes the most bits") {
  CHECK(found(options(16.0), additive_error).best.genome == Genome(kLayers, '2'));
}

TEST_CASE("an impossible budget is an error that says what the least is") {
  const Result<SearchResult> result = search_precisions(layers(), options(3.9), additive_error);
  REQUIRE_FALSE(result.ok());
  CHECK(std::string(result.error().message()).find("4 bits on average") != std::string::npos);
}

TEST_CASE("sensitivity is measured one layer at a time") {
  std::vector<Genome> asked;
  const SearchResult result = found(options(8.0), [&](const Genome& genome) -> Result<double> {
    asked.push_back(genome);
    return additive_error(genome);
  });
  for (std::size_t i = 0; i < kLayers; ++i) {
    Genome alone(kLayers, '2');
    alone[i] = '0';
    CHECK(asked[i] == alone);
    CHECK(result.sensitivity[i] == additive_error(alone));
  }
}

TEST_CASE("the same seed searches alike, another one differently, and no genome is asked for twice") {
  std::map<Genome, int> asked;
  const GenomeError counting = [&](const Genome& genome) -> Result<double> {
    ++asked[genome];
    return additive_error(genome);
  };
  const SearchResult first = found(options(8.0), counting);
  for (const auto& [genome, times] : asked)
    CHECK(times == 1);
  const SearchResult second = found(options(8.0), additive_error);
  REQUIRE(first.evaluated.size() == second.evaluated.size());
  for (std::size_t i = 0; i < first.evaluated.size(); ++i)
    CHECK(first.evaluated[i].genome == second.evaluated[i].genome);
  const SearchResult third = found(options(8.0, 8), additive_error);
  CHECK(third.evaluated.back().genome != first.evaluated.back().genome);
}

TEST_CASE("a search interrupted at any point and begun again ends as if it had not been") {
  const SearchResult whole = found(options(8.0), additive_error);
  test::Random random;
  for (int round = 0; round < 5; ++round) {
    std::map<Genome, double> remembered;
    std::int64_t left = random.integer(0, static_cast<std::int64_t>(whole.evaluated.size()) - 1);
    const auto interrupted =
        search_precisions(layers(), options(8.0), [&](const Genome& genome) -> Result<double> {
          if (left-- == 0) return Error(ErrorCode::io, "killed");
          return remembered[genome] = additive_error(genome);
        });
    REQUIRE_FALSE(interrupted.ok());
    const SearchResult resumed = found(options(8.0), [&](const Genome& genome) -> Result<double> {
      const auto known = remembered.find(genome);
      return known != remembered.end() ? known->second : additive_error(genome);
    });
    CHECK(resumed.best.genome == whole.best.genome);
    CHECK(resumed.evaluated.size() == whole.evaluated.size());
  }
}

TEST_CASE("errors that are not numbers never win") {
  const SearchResult result = found(options(8.0), [](const Genome& genome) -> Result<double> {
    return genome[0] == '2' ? std::nan("") : additive_error(genome);
  });
  CHECK(result.best.genome[0] != '2');
}
