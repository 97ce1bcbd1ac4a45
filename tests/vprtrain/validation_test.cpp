#include "vprtrain/data/validation.h"

#include <set>

#include "vprtrain/training_files.h"

namespace bitplace::train {
namespace {

Dataset two_routes(std::int64_t neighbour_distance) {
  Dataset dataset;
  dataset.neighbour_distance = neighbour_distance;
  for (std::int64_t route = 0; route < 2; ++route) {
    dataset.collections.push_back(std::to_string(route));
    for (std::int64_t number = 0; number < 10; ++number) {
      Place place{std::to_string(number), route, number, {}};
      for (const char* role : {"query", "ref"}) {
        place.images.push_back(static_cast<std::int64_t>(dataset.images.size()));
        const std::string path = std::to_string(route) + "/" + role + "/" + place.name;
        dataset.images.push_back({path, role, static_cast<std::int64_t>(dataset.places.size())});
      }
      dataset.places.push_back(place);
    }
  }
  return dataset;
}

TEST_CASE("The last places of each collection are held out, their neighbours left out") {
  Dataset dataset = two_routes(2);
  const auto set = hold_out(&dataset, 0.3);
  REQUIRE(set.ok());
  std::multiset<std::int64_t> left;
  for (const Place& place : dataset.places)
    left.insert(place.number);
  CHECK(left == std::multiset<std::int64_t>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(set->references ==
        std::vector<std::string>{"0/ref/7", "0/ref/8", "0/ref/9", "1/ref/7", "1/ref/8", "1/ref/9"});
  REQUIRE(set->queries.size() == 6);
  CHECK(set->queries[4] == "1/query/8");
  CHECK(set->truth.accepted[4] == std::vector<std::int64_t>{3, 4, 5});
  CHECK(set->truth.accepted[0] == std::vector<std::int64_t>{0, 1, 2});

  Dataset strict = two_routes(0);
  const auto exact = hold_out(&strict, 0.3);
  REQUIRE(exact.ok());
  CHECK(strict.places.size() == 14);
  CHECK(exact->truth.accepted[4] == std::vector<std::int64_t>{4});
}

TEST_CASE("Without roles the first image of a place is the reference") {
  Dataset dataset = two_routes(0);
  for (PlaceImage& image : dataset.images)
    image.role.clear();
  const auto set = hold_out(&dataset, 0.1);
  REQUIRE(set.ok());
  CHECK(set->references == std::vector<std::string>{"0/query/9", "1/query/9"});
  CHECK(set->queries == std::vector<std::string>{"0/ref/9", "1/ref/9"});
}

TEST_CASE("A set that leaves nothing to find or to learn is refused") {
  Dataset single = two_routes(0);
  for (PlaceImage& image : single.images)
    image.role = "ref";
  CHECK(!hold_out(&single, 0.5).ok());
  Dataset close = two_routes(10);
  CHECK(!hold_out(&close, 0.5).ok());
}

TEST_CASE("Recall is counted by cosine") {
  ValidationSet set;
  set.references = {"a", "b", "c"};
  set.queries = {"x", "y"};
  set.truth.accepted = {{1}, {2}};
  const std::vector<float> references{1.0f, 0.0f, 0.6f, 0.8f, 0.0f, 1.0f};
  // x is nearest to b, y to a.
  const auto figures = recall_of(set, references, {0.5f, 0.86f, 1.0f, 0.0f}, 2);
  REQUIRE(figures.ok());
  CHECK(figures->recall[0] == 0.5);
  CHECK(figures->recall[1] == 1.0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(!recall_of(set, references, {nan, 0.0f, 1.0f, 0.0f}, 2).ok());
}

TEST_CASE("Folders with their truth and split are a validation set") {
  const test::TrainingFolder folder;
  for (const char* name : {"ref/0.png", "ref/1.png", "ref/2.png", "query/0.png", "query/1.png"})
    folder.write_picture(name, 3, 2, 200);
  const std::string truth = folder.write("gt.csv", "query_index,ref_indices\n0,0\n1,1 2\n");
  const std::string split = folder.write("frames.csv", "split\ntrain\ntest\n");
  const std::string references = folder.path() + "/ref";
  const std::string queries = folder.path() + "/query";
  const auto whole = read_validation(references, queries, truth, "");
  REQUIRE(whole.ok());
  CHECK(whole->references.size() == 3);
  CHECK(whole->truth.accepted[1] == std::vector<std::int64_t>{1, 2});
  const auto part = read_validation(references, queries, truth, split + ":test");
  REQUIRE(part.ok());
  CHECK(part->references == std::vector<std::string>{references + "/1.png"});
  CHECK(part->queries == std::vector<std::string>{queries + "/1.png"});
  CHECK(part->truth.accepted == std::vector<std::vector<std::int64_t>>{{0}});
  CHECK(!read_validation(folder.path() + "/none", queries, truth, "").ok());
}

}  // namespace
}  // namespace bitplace::train
